-- Invariant: items open on either day, as the list of changes sees them, are those of the drift (L16).
-- Grain: leg, entity, currency, day.
-- A row: two replays of one day disagree about how many items were unmatched, or about their money.
-- Then: compare int_item_states with int_item_days, item by item; verdicts given or ended are aside.
with

-- The drift takes today's verdicts for those of every day and has suggestions as matched.
replayed as (
    select
        item_states.leg,
        item_states.entity_id,
        item_states.currency_code,
        item_states.as_of_date as as_of_day,
        abs(item_states.amount_minor) as gross_minor
    from {{ ref('int_item_states') }} as item_states
    where
        item_states.status_after in ('discrepancy', 'expected_only', 'recorded_only')
        and not item_states.is_decided_anew
    union all
    select
        item_states.leg,
        item_states.entity_id,
        item_states.currency_code,
        item_states.day_before as as_of_day,
        abs(item_states.amount_minor) as gross_minor
    from {{ ref('int_item_states') }} as item_states
    where
        item_states.status_before in ('discrepancy', 'expected_only', 'recorded_only')
        and item_states.unmatched_from_date <= item_states.day_before
        and not item_states.is_decided_anew
),

replayed_by_day as (
    select
        leg,
        entity_id,
        currency_code,
        as_of_day,
        count(*) as unmatched_count,
        sum(gross_minor) as gross_minor
    from replayed
    group by leg, entity_id, currency_code, as_of_day
),

decided_by_day as (
    select
        drift.leg,
        drift.entity_id,
        drift.currency_code,
        drift.as_of_day,
        count(*) as unmatched_count,
        sum(abs(item_days.amount_minor)) as gross_minor
    from {{ ref('int_item_states') }} as item_states
    inner join {{ ref('int_item_days') }} as item_days
        on item_states.item_id = item_days.item_id
    inner join {{ ref('rpt_drift_daily') }} as drift
        on
            item_states.leg = drift.leg
            and item_states.entity_id = drift.entity_id
            and item_states.currency_code = drift.currency_code
            and drift.as_of_day in (item_states.as_of_date, item_states.day_before)
            and item_days.unmatched_from_date <= drift.as_of_day
            and (item_days.matched_date is null or item_days.matched_date > drift.as_of_day)
    where item_states.is_decided_anew
    group by drift.leg, drift.entity_id, drift.currency_code, drift.as_of_day
),

drift_by_day as (
    select
        drift.leg,
        drift.entity_id,
        drift.currency_code,
        drift.as_of_day,
        drift.unmatched_count - coalesce(decided_by_day.unmatched_count, 0) as unmatched_count,
        drift.unmatched_gross_amount * {{ power_of_ten('currencies.exponent') }}
        - coalesce(decided_by_day.gross_minor, 0) as gross_minor
    from {{ ref('rpt_drift_daily') }} as drift
    inner join {{ ref('int_entities') }} as entities
        on
            drift.entity_id = entities.entity_id
            and drift.as_of_day >= {{ dbt.dateadd('day', -1, 'entities.as_of_date') }}
    inner join {{ ref('currencies') }} as currencies
        on drift.currency_code = currencies.currency_code
    left join decided_by_day
        on
            drift.leg = decided_by_day.leg
            and drift.entity_id = decided_by_day.entity_id
            and drift.currency_code = decided_by_day.currency_code
            and drift.as_of_day = decided_by_day.as_of_day
),

compared as (
    select
        coalesce(drift_by_day.leg, replayed_by_day.leg) as leg,
        coalesce(drift_by_day.entity_id, replayed_by_day.entity_id) as entity_id,
        coalesce(drift_by_day.currency_code, replayed_by_day.currency_code) as currency_code,
        coalesce(drift_by_day.as_of_day, replayed_by_day.as_of_day) as as_of_day,
        drift_by_day.unmatched_count as drift_count,
        replayed_by_day.unmatched_count as replayed_count,
        case
            when
                coalesce(drift_by_day.unmatched_count, 0)
                <> coalesce(replayed_by_day.unmatched_count, 0)
                then 'count'
            when
                coalesce(drift_by_day.gross_minor, 0) <> coalesce(replayed_by_day.gross_minor, 0)
                then 'amount'
            else 'ok'
        end as verdict
    from drift_by_day
    full outer join replayed_by_day
        on
            drift_by_day.leg = replayed_by_day.leg
            and drift_by_day.entity_id = replayed_by_day.entity_id
            and drift_by_day.currency_code = replayed_by_day.currency_code
            and drift_by_day.as_of_day = replayed_by_day.as_of_day
)

select * from compared
where verdict <> 'ok'
