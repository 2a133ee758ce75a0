-- grain: one row per chain_id
with

differences as (
    select * from {{ ref('int_usage_differences') }}
),

findings as (
    select * from {{ ref('int_usage_findings') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by chain_id, case when is_alarm then 'alarm' else kind end
            order by precedence asc, finding_id asc
        ) as rank_of_kind
    from findings
),

-- Gross by direction: what is lost on one line is never made up for by what is owed on another.
totals as (
    select
        chain_id,
        max(case when is_alarm and rank_of_kind = 1 then finding_id end) as alarm_id,
        max(case when kind = 'context' and rank_of_kind = 1 then finding_id end) as context_id,
        sum(case when is_alarm then 1 else 0 end) as alarm_count,
        sum(case when is_alarm and is_calculated then greatest(0, -stake_amount_minor) else 0 end)
            as calculated_under_minor,
        sum(case when is_alarm and is_calculated then greatest(0, stake_amount_minor) else 0 end)
            as calculated_over_minor,
        sum(case when is_alarm and is_estimated then greatest(0, -stake_amount_minor) else 0 end)
            as estimated_under_minor,
        sum(case when is_alarm and is_estimated then greatest(0, stake_amount_minor) else 0 end)
            as estimated_over_minor,
        sum(case
            when is_alarm and comparison <> 'price_to_cost'
                then greatest(0, -quantity_difference_millionths)
            else 0
        end) as under_millionths,
        sum(case
            when is_alarm and comparison <> 'price_to_cost'
                then greatest(0, quantity_difference_millionths)
            else 0
        end) as over_millionths
    from ranked
    group by chain_id
),

-- What the units of a month cost is known where a vendor or the agreement names their cost.
usage_outcomes as (
    select
        differences.chain_id,
        totals.alarm_id,
        totals.context_id,
        case
            when differences.coverage = 'mapping_missing' then 'unmapped'
            when differences.coverage = 'unaccounted' then 'unaccounted'
            when coalesce(totals.alarm_count, 0) > 0 then 'open'
            when differences.coverage = 'not_due_yet' then 'pending'
            when totals.context_id is not null then 'context'
            else 'tied'
        end as status,
        coalesce(totals.alarm_count, 0) as alarm_count,
        coalesce(totals.calculated_under_minor, 0) as calculated_under_minor,
        coalesce(totals.calculated_over_minor, 0) as calculated_over_minor,
        coalesce(totals.estimated_under_minor, 0) as estimated_under_minor,
        coalesce(totals.estimated_over_minor, 0) as estimated_over_minor,
        coalesce(totals.under_millionths, 0) as under_millionths,
        coalesce(totals.over_millionths, 0) as over_millionths,
        {{ price_of_units(
            'differences.unit_cost',
            'coalesce(differences.measured_quantity_millionths, differences.used_millionths)',
            'differences.exponent'
        ) }} as cost_amount_minor
    from differences
    left join totals
        on differences.chain_id = totals.chain_id
)

select * from usage_outcomes
