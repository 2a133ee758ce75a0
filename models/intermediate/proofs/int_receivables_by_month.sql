-- grain: one row per entity_id, invoice_id, currency_code, month_start
with

movements as (
    select * from {{ ref('int_receivable_movements_by_month') }}
),

reporting_months as (
    select * from {{ ref('int_reporting_months') }}
),

to_date as (
    select
        entity_id,
        invoice_id,
        currency_code,
        month_start,
        min(customer_id) over (
            partition by entity_id, invoice_id, currency_code order by month_start
            rows between unbounded preceding and current row
        ) as customer_id,
        cast(sum(original_amount_minor) over (
            partition by entity_id, invoice_id, currency_code order by month_start
            rows between unbounded preceding and current row
        ) as bigint) as original_amount_minor,
        cast(sum(paid_amount_minor) over (
            partition by entity_id, invoice_id, currency_code order by month_start
            rows between unbounded preceding and current row
        ) as bigint) as paid_amount_minor,
        cast(sum(credited_amount_minor) over (
            partition by entity_id, invoice_id, currency_code order by month_start
            rows between unbounded preceding and current row
        ) as bigint) as credited_amount_minor,
        cast(sum(applied_amount_minor) over (
            partition by entity_id, invoice_id, currency_code order by month_start
            rows between unbounded preceding and current row
        ) as bigint) as applied_amount_minor,
        cast(sum(written_off_amount_minor) over (
            partition by entity_id, invoice_id, currency_code order by month_start
            rows between unbounded preceding and current row
        ) as bigint) as written_off_amount_minor,
        cast(sum(open_amount_minor) over (
            partition by entity_id, invoice_id, currency_code order by month_start
            rows between unbounded preceding and current row
        ) as bigint) as open_amount_minor,
        cast(sum(open_functional_amount_minor) over (
            partition by entity_id, invoice_id, currency_code order by month_start
            rows between unbounded preceding and current row
        ) as bigint) as open_functional_amount_minor,
        lead(month_start) over (
            partition by entity_id, invoice_id, currency_code order by month_start
        ) as next_moved_month
    from movements
),

-- What moved in one month stands at every month's end until it moves again.
receivables_by_month as (
    select
        to_date.entity_id,
        to_date.invoice_id,
        to_date.currency_code,
        reporting_months.functional_currency_code,
        reporting_months.functional_exponent,
        reporting_months.month_start,
        reporting_months.month_end,
        least(reporting_months.month_end, reporting_months.as_of_date) as aged_date,
        to_date.customer_id,
        to_date.original_amount_minor,
        to_date.paid_amount_minor,
        to_date.credited_amount_minor,
        to_date.applied_amount_minor,
        to_date.written_off_amount_minor,
        to_date.open_amount_minor,
        to_date.open_functional_amount_minor
    from to_date
    inner join reporting_months
        on
            to_date.entity_id = reporting_months.entity_id
            and to_date.month_start <= reporting_months.month_start
            and (
                to_date.next_moved_month is null
                or to_date.next_moved_month > reporting_months.month_start
            )
    where
        to_date.open_amount_minor <> 0
        or to_date.open_functional_amount_minor <> 0
)

select * from receivables_by_month
