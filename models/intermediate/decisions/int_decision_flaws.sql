-- grain: one row per decision_id, finding
with

decision_facts as (
    select * from {{ ref('int_decision_facts') }}
),

source_rows as (
    select * from {{ ref('int_source_rows') }}
),

decision_findings as (
    select * from {{ ref('decision_findings') }}
),

-- A decision may be younger than the as-of date, which a report can choose, but not than the data.
last_load as (
    select coalesce(max(synced_at), max(recorded_at)) as loaded_at
    from source_rows
),

latest_day as (
    select
        cast({{ dbt.dateadd(
            'day', 'decision_findings.limit_days', 'last_load.loaded_at'
        ) }} as date) as latest_date
    from last_load
    cross join decision_findings
    where decision_findings.finding = 'dated_ahead'
),

flaws as (
    select
        decision_id,
        'unknown_action' as finding
    from decision_facts
    where action not in ('match', 'accept', 'ignore', 'carry_forward', 'reopen')
    union all
    select
        decision_id,
        'without_counterpart' as finding
    from decision_facts
    where action = 'match' and name_count = 1
    union all
    select
        decision_id,
        'unclear_item' as finding
    from decision_facts
    where is_unclear
    union all
    select
        decision_id,
        'same_side' as finding
    from decision_facts
    where action in ('match', 'accept') and item_count > 1 and side_count = 1
    union all
    select
        decision_id,
        'other_leg' as finding
    from decision_facts
    where leg_count > 1
    union all
    select
        decision_id,
        'other_entity' as finding
    from decision_facts
    where entity_count > 1
    union all
    select
        decision_id,
        'other_currency' as finding
    from decision_facts
    where currency_count > 1
    union all
    select
        decision_id,
        'ends_before_it_begins' as finding
    from decision_facts
    where ends_on < decided_on
    union all
    select
        decision_facts.decision_id,
        'dated_ahead' as finding
    from decision_facts
    cross join latest_day
    where decision_facts.decided_on > latest_day.latest_date
    union all
    -- What has run out binds no one, so what it named may be gone.
    select
        decision_id,
        'unused' as finding
    from decision_facts
    where found_count < name_count and not is_ended
    union all
    select
        decision_id,
        'unapproved' as finding
    from decision_facts
    where approved_by is null or coalesce(lower(approved_by) = lower(decided_by), true)
)

select * from flaws
