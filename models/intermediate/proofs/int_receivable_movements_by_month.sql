-- grain: one row per entity_id, invoice_id, currency_code, month_start
with

entries as (
    select * from {{ ref('int_expected_entries') }}
    where account_role = 'accounts_receivable'
),

reporting_months as (
    select * from {{ ref('int_reporting_months') }}
),

-- An amount that settles is turned, so that what was asked less what settled it is what is open.
named as (
    select
        entity_id,
        invoice_id,
        currency_code,
        customer_id,
        entry_date,
        case
            when event_type in ('invoice_finalised', 'opening_balance') then 'asked'
            when event_type in ('credit_note_issued', 'credit_note_voided') then 'credited'
            when event_type = 'customer_balance_applied' then 'applied'
            when event_type in ('invoice_voided', 'invoice_uncollectible') then 'given_up'
            when
                event_type in ('payment', 'payment_out_of_band', 'opening_receivable_paid')
                then 'paid'
        end as movement,
        amount_minor,
        functional_amount_minor
    from entries
),

receivable_movements_by_month as (
    select
        named.entity_id,
        named.invoice_id,
        named.currency_code,
        reporting_months.month_start,
        min(named.customer_id) as customer_id,
        cast(
            sum(case when named.movement = 'asked' then named.amount_minor else 0 end) as bigint
        ) as original_amount_minor,
        cast(
            sum(case when named.movement = 'paid' then -named.amount_minor else 0 end) as bigint
        ) as paid_amount_minor,
        cast(
            sum(case when named.movement = 'credited' then -named.amount_minor else 0 end) as bigint
        ) as credited_amount_minor,
        cast(
            sum(case when named.movement = 'applied' then -named.amount_minor else 0 end) as bigint
        ) as applied_amount_minor,
        cast(
            sum(case when named.movement = 'given_up' then -named.amount_minor else 0 end) as bigint
        ) as written_off_amount_minor,
        cast(sum(named.amount_minor) as bigint) as open_amount_minor,
        cast(sum(named.functional_amount_minor) as bigint) as open_functional_amount_minor
    from named
    inner join reporting_months
        on
            named.entity_id = reporting_months.entity_id
            and cast({{ dbt.date_trunc('month', 'named.entry_date') }} as date)
            = reporting_months.month_start
            and named.entry_date <= reporting_months.as_of_date
    group by
        named.entity_id,
        named.invoice_id,
        named.currency_code,
        reporting_months.month_start
)

select * from receivable_movements_by_month
