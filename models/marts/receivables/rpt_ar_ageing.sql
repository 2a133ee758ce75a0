-- grain: one row per entity_id, invoice_id, currency_code, month_start
with

receivables as (
    select * from {{ ref('int_receivables_by_month') }}
),

invoices as (
    select * from {{ ref('int_invoices') }}
),

opening_balances as (
    select * from {{ ref('int_opening_balances') }}
),

age_buckets as (
    select * from {{ ref('receivable_age_buckets') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

-- An invoice that names no day is due when it is issued, a balance taken over on its date. Ages are
-- taken at the end of a day and a day that has begun counts in full, so the day on which something
-- falls due is the first one overdue.
dated as (
    select
        receivables.*,
        coalesce(invoices.invoice_number, opening_balances.document_reference) as invoice_number,
        coalesce(invoices.customer_id, opening_balances.customer_id, receivables.customer_id)
            as owed_by,
        coalesce(invoices.issued_date, opening_balances.balance_date) as issued_date,
        coalesce(invoices.due_date, invoices.issued_date, opening_balances.due_date) as due_date
    from receivables
    left join invoices
        on receivables.invoice_id = invoices.invoice_id
    left join opening_balances
        on receivables.invoice_id = opening_balances.opening_id
),

aged as (
    select
        *,
        {{ dbt.datediff(
            'due_date', 'aged_date', 'day'
        ) }} + 1 as days_since_due
    from dated
),

ar_ageing as (
    select
        aged.entity_id,
        aged.invoice_id,
        aged.currency_code,
        aged.month_start,
        aged.month_end,
        aged.aged_date,
        aged.invoice_number,
        aged.owed_by as customer_id,
        aged.issued_date,
        aged.due_date,
        cast(greatest(0, aged.days_since_due) as integer) as days_overdue,
        age_buckets.bucket_number,
        age_buckets.bucket,
        {{ major_units('aged.original_amount_minor', 'currencies.exponent') }} as original_amount,
        {{ major_units('aged.paid_amount_minor', 'currencies.exponent') }} as paid_amount,
        {{ major_units('aged.credited_amount_minor', 'currencies.exponent') }} as credited_amount,
        {{ major_units('aged.applied_amount_minor', 'currencies.exponent') }} as applied_amount,
        {{ major_units('aged.written_off_amount_minor', 'currencies.exponent') }}
            as written_off_amount,
        {{ major_units('aged.open_amount_minor', 'currencies.exponent') }} as open_amount,
        aged.functional_currency_code,
        {{ major_units('aged.open_functional_amount_minor', 'aged.functional_exponent') }}
            as functional_open_amount,
        aged.open_amount_minor < 0 as is_credit
    from aged
    inner join currencies
        on aged.currency_code = currencies.currency_code
    left join age_buckets
        on
            greatest(0, aged.days_since_due) >= coalesce(age_buckets.from_days, 0)
            and (
                greatest(0, aged.days_since_due) <= age_buckets.to_days
                or age_buckets.to_days is null
            )
)

select * from ar_ageing
