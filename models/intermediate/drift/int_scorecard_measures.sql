-- grain: one row per leg, entity_id, currency_code, month_start, metric
with

verified_items as (
    select * from {{ ref('int_verified_items') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

control_targets as (
    select * from {{ ref('control_targets') }}
    where measure <> 'quarantined'
),

-- What happened too lately to be judged by day four is not judged by it yet.
judged as (
    select
        verified_items.leg,
        verified_items.entity_id,
        verified_items.currency_code,
        cast({{ dbt.date_trunc('month', 'verified_items.item_date') }} as date) as month_start,
        control_targets.metric,
        verified_items.item_count,
        verified_items.gross_minor,
        control_targets.within_days is null
        or {{ dbt.datediff('verified_items.item_date', 'entities.as_of_date', 'day') }}
        >= control_targets.within_days as is_due,
        case control_targets.measure
            when 'explained' then verified_items.cause is null or verified_items.cause <> 'unknown'
            when 'inconclusive' then verified_items.status = 'inconclusive'
            when 'verified' then verified_items.verified_date is not null
            when 'matched' then verified_items.status in ('matched', 'suggested')
            else false
        end
        and coalesce(verified_items.match_tier = control_targets.match_tier, false)
        = (control_targets.match_tier is not null)
        and coalesce(
            {{ dbt.datediff('verified_items.item_date', 'verified_items.verified_date', 'day') }}
            <= control_targets.within_days,
            control_targets.within_days is null
        ) as is_met
    from verified_items
    inner join entities
        on
            verified_items.entity_id = entities.entity_id
            and verified_items.item_date <= entities.as_of_date
    cross join control_targets
),

scorecard_measures as (
    select
        leg,
        entity_id,
        currency_code,
        month_start,
        metric,
        cast(
            sum(case when is_due and is_met then item_count else 0 end) as {{ dbt.type_bigint() }}
        ) as met_count,
        cast(
            sum(case when is_due then item_count else 0 end) as {{ dbt.type_bigint() }}
        ) as judged_count,
        cast(
            sum(case when is_due and is_met then gross_minor else 0 end) as {{ dbt.type_bigint() }}
        ) as met_gross_minor,
        cast(
            sum(case when is_due then gross_minor else 0 end) as {{ dbt.type_bigint() }}
        ) as judged_gross_minor
    from judged
    group by
        leg,
        entity_id,
        currency_code,
        month_start,
        metric
)

select * from scorecard_measures
