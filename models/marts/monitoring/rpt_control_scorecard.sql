-- grain: one row per leg, entity_id, currency_code, month_start, metric
with

item_measures as (
    select * from {{ ref('int_scorecard_measures') }}
),

quarantine_measures as (
    select * from {{ ref('int_quarantine_measures') }}
),

control_targets as (
    select * from {{ ref('control_targets') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

-- Both models have the same columns in the same order.
measures as (
    select * from item_measures
    union all
    select * from quarantine_measures
),

scored as (
    select
        measures.*,
        control_targets.position,
        control_targets.basis,
        control_targets.direction,
        control_targets.target_ratio,
        control_targets.source,
        case
            when control_targets.basis = 'count'
                then {{ share_of('measures.met_count', 'measures.judged_count') }}
            else {{ share_of('measures.met_gross_minor', 'measures.judged_gross_minor') }}
        end as measured_ratio,
        -- The ratio is cut off to be read; a target is met or missed by the whole figures.
        case
            when control_targets.basis = 'count'
                then measures.met_count - control_targets.target_ratio * measures.judged_count
            else
                measures.met_gross_minor
                - control_targets.target_ratio * measures.judged_gross_minor
        end as margin
    from measures
    inner join control_targets
        on measures.metric = control_targets.metric
),

control_scorecard as (
    select
        scored.leg,
        scored.entity_id,
        scored.currency_code,
        scored.month_start,
        scored.metric,
        scored.position,
        scored.basis,
        scored.met_count,
        scored.judged_count,
        {{ major_units('scored.met_gross_minor', 'currencies.exponent') }} as met_gross_amount,
        {{ major_units('scored.judged_gross_minor', 'currencies.exponent') }}
            as judged_gross_amount,
        scored.measured_ratio,
        scored.direction,
        cast(scored.target_ratio as numeric(7, 4)) as target_ratio,
        scored.source as target_source,
        case
            when scored.measured_ratio is null then 'not_judged'
            when scored.margin is null then 'no_target'
            when scored.direction = 'at_least' and scored.margin >= 0 then 'met'
            when scored.direction = 'at_most' and scored.margin <= 0 then 'met'
            else 'missed'
        end as verdict
    from scored
    inner join currencies
        on scored.currency_code = currencies.currency_code
)

select * from control_scorecard
