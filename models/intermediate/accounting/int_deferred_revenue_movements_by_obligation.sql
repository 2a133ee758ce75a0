-- grain: one row per entity_id, obligation_id, customer_id, currency_code, month_start, movement
with

entries as (
    select * from {{ ref('int_expected_entries') }}
),

obligations as (
    select * from {{ ref('int_obligations') }}
),

long_term_deferred as (
    select * from {{ ref('int_long_term_deferred') }}
),

reporting_months as (
    select * from {{ ref('int_reporting_months') }}
),

-- A credit raises the liability, so amounts are turned: + is service owed to customers.
named as (
    select
        entity_id,
        obligation_id,
        customer_id,
        currency_code,
        functional_currency_code,
        entry_date,
        case
            when component = 'exchange_difference' then 'fx'
            when event_type = 'invoice_finalised' then 'billed'
            when event_type in ('revenue_recognised', 'opening_released') then 'recognised'
            when event_type in ('refund', 'refund_failed') then 'refunds'
            when event_type in ('credit_note_issued', 'credit_note_voided') then 'credit_notes'
            when event_type = 'invoice_voided' then 'voids'
            when event_type = 'invoice_uncollectible' then 'write_offs'
            when event_type in ('dispute_opened', 'dispute_lost', 'dispute_won') then 'disputes'
            else 'corrections'
        end as movement,
        -amount_minor as amount_minor,
        -functional_amount_minor as functional_amount_minor
    from entries
    where account_role = 'deferred_revenue'
),

-- The long-term part is a share of the balance: it comes into it at one month's end and leaves it
-- at the next, where it may come in again. Its movements never change the balance itself.
reclassified as (
    select
        entity_id,
        obligation_id,
        customer_id,
        currency_code,
        functional_currency_code,
        month_start as entry_date,
        'long_term' as movement,
        long_term_amount_minor as amount_minor,
        long_term_functional_amount_minor as functional_amount_minor
    from long_term_deferred
    union all
    select
        entity_id,
        obligation_id,
        customer_id,
        currency_code,
        functional_currency_code,
        cast({{ dbt.dateadd('month', 1, 'month_start') }} as date) as entry_date,
        'long_term' as movement,
        -long_term_amount_minor as amount_minor,
        -long_term_functional_amount_minor as functional_amount_minor
    from long_term_deferred
),

all_movements as (
    select * from named
    union all
    select * from reclassified
),

-- What is owed stays owed to whom it was billed, whoever the refund names.
movements_by_obligation as (
    select
        all_movements.entity_id,
        all_movements.obligation_id,
        coalesce(obligations.customer_id, all_movements.customer_id) as customer_id,
        obligations.product_id,
        all_movements.currency_code,
        all_movements.functional_currency_code,
        reporting_months.month_start,
        all_movements.movement,
        cast(sum(all_movements.amount_minor) as bigint) as amount_minor,
        cast(sum(all_movements.functional_amount_minor) as bigint) as functional_amount_minor
    from all_movements
    inner join reporting_months
        on
            all_movements.entity_id = reporting_months.entity_id
            and cast({{ dbt.date_trunc('month', 'all_movements.entry_date') }} as date)
            = reporting_months.month_start
            and all_movements.entry_date <= reporting_months.as_of_date
    left join obligations
        on all_movements.obligation_id = obligations.obligation_id
    group by
        all_movements.entity_id,
        all_movements.obligation_id,
        coalesce(obligations.customer_id, all_movements.customer_id),
        obligations.product_id,
        all_movements.currency_code,
        all_movements.functional_currency_code,
        reporting_months.month_start,
        all_movements.movement
)

select * from movements_by_obligation
