-- Invariant: on the as-of date the drift by cause holds the breaks as the items have them (L16, L20).
-- Grain: leg, entity, currency, cause.
-- A row: the history of a cause is not told to its end, or a cleared item still counts as open.
-- Then: compare int_open_item_spans with the causes in fct_reconciliation_items.
with

last_days as (
    select
        drift.leg,
        drift.entity_id,
        drift.currency_code,
        drift.cause,
        sum(drift.open_count) as open_count,
        sum(drift.open_gross_amount) as open_gross_amount
    from {{ ref('rpt_drift_by_cause') }} as drift
    inner join {{ ref('int_entities') }} as entities
        on drift.entity_id = entities.entity_id and drift.as_of_day = entities.as_of_date
    group by drift.leg, drift.entity_id, drift.currency_code, drift.cause
),

breaks as (
    select
        leg,
        entity_id,
        currency_code,
        cause,
        count(*) as open_count,
        sum(abs(amount)) as open_gross_amount
    from {{ ref('fct_reconciliation_items') }}
    where status in ('discrepancy', 'expected_only', 'recorded_only')
    group by leg, entity_id, currency_code, cause
),

compared as (
    select
        coalesce(breaks.leg, last_days.leg) as leg,
        coalesce(breaks.entity_id, last_days.entity_id) as entity_id,
        coalesce(breaks.currency_code, last_days.currency_code) as currency_code,
        coalesce(breaks.cause, last_days.cause) as cause,
        breaks.open_count,
        last_days.open_count as drift_count,
        case
            when breaks.leg is null or last_days.leg is null then 'one-sided'
            when breaks.open_count <> last_days.open_count then 'count'
            when breaks.open_gross_amount <> last_days.open_gross_amount then 'amount'
            else 'ok'
        end as status
    from breaks
    full outer join last_days
        on
            breaks.leg = last_days.leg
            and breaks.entity_id = last_days.entity_id
            and breaks.currency_code = last_days.currency_code
            and breaks.cause = last_days.cause
)

select * from compared
where status <> 'ok'
