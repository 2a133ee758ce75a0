-- grain: one row per entity_id, customer_id, currency_code, month_start
with

entries as (
    select * from {{ ref('int_expected_entries') }}
    where account_role = 'customer_balance'
),

reporting_months as (
    select * from {{ ref('int_reporting_months') }}
),

-- Turned: + is the customer's. Money that no invoice asked for is unapplied cash until it goes back or
-- pays something; a grant or a note is a credit balance until it pays an invoice.
named as (
    select
        entity_id,
        customer_id,
        currency_code,
        entry_date,
        case
            when event_type = 'customer_balance_granted' then 'granted'
            when event_type = 'customer_balance_applied' then 'applied'
            when event_type in ('credit_note_issued', 'credit_note_voided') then 'credited'
            when event_type = 'payment_unapplied' then 'unapplied'
            when component = 'overpaid' then 'overpaid'
            when event_type = 'opening_receivable_paid' then 'assigned'
            when event_type = 'opening_balance' then 'opening'
            else 'returned'
        end as movement,
        -amount_minor as amount_minor,
        -functional_amount_minor as functional_amount_minor
    from entries
),

customer_balance_movements_by_month as (
    select
        named.entity_id,
        named.customer_id,
        named.currency_code,
        reporting_months.month_start,
        cast(sum(case when named.movement = 'opening' then named.amount_minor else 0 end) as bigint)
            as opened_amount_minor,
        cast(sum(case when named.movement = 'granted' then named.amount_minor else 0 end) as bigint)
            as granted_amount_minor,
        cast(
            sum(case when named.movement = 'credited' then named.amount_minor else 0 end) as bigint
        ) as credited_amount_minor,
        cast(sum(case when named.movement = 'applied' then named.amount_minor else 0 end) as bigint)
            as applied_amount_minor,
        cast(
            sum(case when named.movement = 'unapplied' then named.amount_minor else 0 end) as bigint
        ) as unapplied_amount_minor,
        cast(
            sum(case when named.movement = 'overpaid' then named.amount_minor else 0 end) as bigint
        ) as overpaid_amount_minor,
        cast(
            sum(case when named.movement = 'assigned' then named.amount_minor else 0 end) as bigint
        ) as assigned_amount_minor,
        cast(
            sum(case when named.movement = 'returned' then named.amount_minor else 0 end) as bigint
        ) as returned_amount_minor,
        cast(sum(named.amount_minor) as bigint) as movement_minor,
        cast(sum(named.functional_amount_minor) as bigint) as functional_movement_minor
    from named
    inner join reporting_months
        on
            named.entity_id = reporting_months.entity_id
            and cast({{ dbt.date_trunc('month', 'named.entry_date') }} as date)
            = reporting_months.month_start
            and named.entry_date <= reporting_months.as_of_date
    group by
        named.entity_id,
        named.customer_id,
        named.currency_code,
        reporting_months.month_start
)

select * from customer_balance_movements_by_month
