-- Invariant: the open items of a day by cause and age sum to that day of rpt_drift_daily (L16, L19).
-- Grain: leg, entity, currency, day.
-- A row: a cause or an age leaves out or repeats what was open that day.
-- Then: compare the item's rows in int_open_item_spans with its row in int_item_days.
with

by_cause as (
    select
        leg,
        entity_id,
        currency_code,
        as_of_day,
        sum(open_count) as open_count,
        sum(open_gross_amount) as open_gross_amount
    from {{ ref('rpt_drift_by_cause') }}
    group by leg, entity_id, currency_code, as_of_day
),

compared as (
    select
        coalesce(by_cause.leg, drift.leg) as leg,
        coalesce(by_cause.entity_id, drift.entity_id) as entity_id,
        coalesce(by_cause.currency_code, drift.currency_code) as currency_code,
        coalesce(by_cause.as_of_day, drift.as_of_day) as as_of_day,
        by_cause.open_count,
        drift.unmatched_count,
        case
            when drift.leg is null then 'only by cause'
            when coalesce(by_cause.open_count, 0) <> drift.unmatched_count then 'count'
            when coalesce(by_cause.open_gross_amount, 0) <> drift.unmatched_gross_amount
                then 'amount'
            else 'ok'
        end as status
    from by_cause
    full outer join {{ ref('rpt_drift_daily') }} as drift
        on
            by_cause.leg = drift.leg
            and by_cause.entity_id = drift.entity_id
            and by_cause.currency_code = drift.currency_code
            and by_cause.as_of_day = drift.as_of_day
)

select * from compared
where status <> 'ok'
