-- grain: one row per match_id
with

match_members as (
    select * from {{ ref('int_match_members') }}
),

items as (
    select * from {{ ref('int_items') }}
),

matching_rules as (
    select * from {{ ref('matching_rules') }}
),

totals as (
    select
        match_members.match_id,
        match_members.match_tier,
        match_members.match_rule,
        items.leg,
        items.entity_id,
        min(items.currency_code) as currency_code,
        cast(
            sum(case when items.side = 'expected' then items.amount_minor else 0 end)
            as {{ dbt.type_bigint() }}
        ) as expected_amount_minor,
        cast(
            sum(case when items.side = 'recorded' then items.amount_minor else 0 end)
            as {{ dbt.type_bigint() }}
        ) as recorded_amount_minor,
        min(case when items.side = 'expected' then items.item_id end) as expected_item_id,
        min(case when items.side = 'recorded' then items.item_id end) as recorded_item_id,
        min(case when items.side = 'expected' then items.item_date end) as expected_date,
        min(case when items.side = 'recorded' then items.item_date end) as recorded_date,
        min(items.item_date) as first_date,
        max(items.item_date) as last_date
    from match_members
    inner join items
        on match_members.item_id = items.item_id
    group by
        match_members.match_id,
        match_members.match_tier,
        match_members.match_rule,
        items.leg,
        items.entity_id
),

-- A residual is either named by the rule that tolerated it, or it is the discrepancy itself.
match_totals as (
    select
        totals.match_id,
        totals.match_tier,
        totals.match_rule,
        totals.leg,
        totals.entity_id,
        totals.currency_code,
        totals.expected_amount_minor,
        totals.recorded_amount_minor,
        totals.expected_amount_minor - totals.recorded_amount_minor as residual_amount_minor,
        totals.expected_item_id,
        totals.recorded_item_id,
        totals.expected_date,
        totals.recorded_date,
        {{ dbt.datediff(
            'totals.first_date', 'totals.last_date', 'day'
        ) }} as date_distance,
        {{ dbt.date_trunc('month', 'totals.first_date') }}
        <> {{ dbt.date_trunc('month', 'totals.last_date') }} as is_cut_off,
        coalesce(matching_rules.confidence, 'confirmed') as confidence,
        case
            when totals.expected_amount_minor = totals.recorded_amount_minor then 'none'
            when totals.match_tier = 0 then 'accepted'
            when totals.match_tier = 3 then 'rounding'
            when totals.match_tier = 4 then 'fx_timing'
            when totals.match_tier = 5 then 'proration'
            else 'discrepancy'
        end as residual_name
    from totals
    left join matching_rules
        on
            totals.leg = matching_rules.leg
            and totals.match_tier = matching_rules.tier
            and totals.match_rule = matching_rules.rule
)

select * from match_totals
