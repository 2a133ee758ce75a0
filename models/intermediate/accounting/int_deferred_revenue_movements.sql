-- grain: one row per entity_id, basis, currency_code, month_start, movement
with

entries as (
    select * from {{ ref('int_expected_entries') }}
),

reporting_months as (
    select * from {{ ref('int_reporting_months') }}
),

-- A credit raises the liability, so amounts are turned: + is service owed to customers.
named as (
    select
        entity_id,
        currency_code,
        functional_currency_code,
        entry_date,
        cast({{ dbt.date_trunc('month', 'entry_date') }} as date) as month_start,
        case
            when component = 'exchange_difference' then 'fx'
            when event_type = 'invoice_finalised' then 'billed'
            when event_type = 'revenue_recognised' then 'recognised'
            when event_type in ('refund', 'refund_failed') then 'refunds'
            when event_type in ('credit_note_issued', 'credit_note_voided') then 'credit_notes'
            when event_type = 'invoice_voided' then 'voids'
            when event_type = 'invoice_uncollectible' then 'write_offs'
            when event_type = 'dispute_opened' then 'disputes'
            else 'corrections'
        end as movement,
        -amount_minor as amount_minor,
        -functional_amount_minor as functional_amount_minor
    from entries
    where account_role = 'deferred_revenue'
),

in_both_currencies as (
    select
        entity_id,
        'transaction' as basis,
        currency_code,
        entry_date,
        month_start,
        movement,
        amount_minor
    from named
    union all
    select
        entity_id,
        'functional' as basis,
        functional_currency_code as currency_code,
        entry_date,
        month_start,
        movement,
        functional_amount_minor as amount_minor
    from named
),

deferred_revenue_movements as (
    select
        in_both_currencies.entity_id,
        in_both_currencies.basis,
        in_both_currencies.currency_code,
        in_both_currencies.month_start,
        in_both_currencies.movement,
        cast(sum(in_both_currencies.amount_minor) as bigint) as amount_minor
    from in_both_currencies
    inner join reporting_months
        on
            in_both_currencies.entity_id = reporting_months.entity_id
            and in_both_currencies.month_start = reporting_months.month_start
            and in_both_currencies.entry_date <= reporting_months.as_of_date
    group by
        in_both_currencies.entity_id,
        in_both_currencies.basis,
        in_both_currencies.currency_code,
        in_both_currencies.month_start,
        in_both_currencies.movement
)

select * from deferred_revenue_movements
