-- grain: one row per processor_transaction_id
with

spans as (
    select * from {{ ref('int_unsettled_spans') }}
),

payouts as (
    select * from {{ ref('int_payouts') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

drawn_by_hand as (
    select
        entity_id,
        processor_name,
        currency_code,
        max(created_date) as last_drawn_date
    from payouts
    where not is_automatic and status <> 'canceled'
    group by
        entity_id,
        processor_name,
        currency_code
),

-- A withdrawal by hand does not say what it took, so what was there before it may be gone with it.
unsettled_transactions as (
    select
        spans.processor_transaction_id,
        spans.entity_id,
        spans.processor_name,
        spans.kind,
        spans.object_reference,
        spans.charge_reference,
        spans.occurred_date,
        spans.currency_code,
        {{ major_units('spans.net_amount_minor', 'currencies.exponent') }} as net_amount,
        {{ dbt.datediff(
            'spans.occurred_date', 'entities.as_of_date', 'day'
        ) }} as age_days,
        spans.stale_after_days,
        coalesce(spans.stale_from_date <= entities.as_of_date, false) as is_stale,
        case
            when spans.stale_from_date is null or spans.stale_from_date > entities.as_of_date
                then 'on_schedule'
            when spans.kind = 'payout' then 'drawn_by_hand'
            when spans.kind = 'reserve' then 'held_back'
            when spans.occurred_date <= drawn_by_hand.last_drawn_date
                then 'may_be_in_a_withdrawal_by_hand'
            else 'taken_by_no_payout'
        end as reason
    from spans
    inner join entities
        on
            spans.entity_id = entities.entity_id
            and spans.occurred_date <= entities.as_of_date
    inner join currencies
        on spans.currency_code = currencies.currency_code
    left join drawn_by_hand
        on
            spans.entity_id = drawn_by_hand.entity_id
            and spans.processor_name = drawn_by_hand.processor_name
            and spans.currency_code = drawn_by_hand.currency_code
    where spans.settled_date is null or spans.settled_date > entities.as_of_date
)

select * from unsettled_transactions
