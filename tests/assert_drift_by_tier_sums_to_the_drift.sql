-- Invariant: the matched items of a day by tier and rule sum to that day of rpt_drift_daily (L16, L19).
-- Grain: leg, entity, currency, day.
-- A row: a match has no rule or two, or counts on another day than its items.
-- Then: compare int_matches with the matched_date of its items in int_item_days.
with

by_tier as (
    select
        leg,
        entity_id,
        currency_code,
        as_of_day,
        sum(cumulative_matched_count) as matched_count,
        sum(cumulative_matched_gross_amount) as matched_gross_amount
    from {{ ref('rpt_drift_by_tier') }}
    group by leg, entity_id, currency_code, as_of_day
),

compared as (
    select
        coalesce(by_tier.leg, drift.leg) as leg,
        coalesce(by_tier.entity_id, drift.entity_id) as entity_id,
        coalesce(by_tier.currency_code, drift.currency_code) as currency_code,
        coalesce(by_tier.as_of_day, drift.as_of_day) as as_of_day,
        by_tier.matched_count,
        drift.cumulative_matched_count,
        case
            when drift.leg is null then 'only by tier'
            when coalesce(by_tier.matched_count, 0) <> drift.cumulative_matched_count then 'count'
            when
                coalesce(by_tier.matched_gross_amount, 0) <> drift.cumulative_matched_gross_amount
                then 'amount'
            else 'ok'
        end as status
    from by_tier
    full outer join {{ ref('rpt_drift_daily') }} as drift
        on
            by_tier.leg = drift.leg
            and by_tier.entity_id = drift.entity_id
            and by_tier.currency_code = drift.currency_code
            and by_tier.as_of_day = drift.as_of_day
)

select * from compared
where status <> 'ok'
