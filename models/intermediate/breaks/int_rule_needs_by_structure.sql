-- grain: one row per expected_item_id, recorded_item_id
with

pairs as (
    select
        pairs.*,
        case when pairs.is_same_customer then 'structural' else 'structural_without_customer' end
            as rule
    from {{ ref('int_structural_reach_judged') }} as pairs
),

lone_items as (
    select * from {{ ref('int_item_statuses') }}
    where status in ('expected_only', 'recorded_only')
),

matching_rules as (
    select * from {{ ref('matching_rules') }}
    where is_enabled
),

structural_pairs as (
    select * from {{ ref('structural_pairs') }}
),

rule_change_limits as (
    select * from {{ ref('rule_change_limits') }}
),

needs as (
    select
        pairs.expected_item_id,
        pairs.recorded_item_id,
        pairs.leg,
        pairs.event_type,
        pairs.rule,
        pairs.date_distance,
        matching_rules.rule is null as needs_rule,
        greatest(coalesce(structural_pairs.date_window_days, 0), pairs.date_distance)
            as date_window_days,
        structural_pairs.event_type is null as is_pair_new,
        -- A new row asks for the customer where the posting says whose it is.
        coalesce(structural_pairs.requires_customer, true) and pairs.is_same_customer
            as requires_customer,
        not coalesce(structural_pairs.is_enabled, false)
        or pairs.date_distance > structural_pairs.date_window_days
        or (structural_pairs.requires_customer and not pairs.is_same_customer) as needs_pair,
        pairs.date_distance <= rule_change_limits.largest_date_window_days as is_within_limits
    from pairs
    inner join lone_items as lone_expected
        on pairs.expected_item_id = lone_expected.item_id
    inner join lone_items as lone_recorded
        on pairs.recorded_item_id = lone_recorded.item_id
    inner join rule_change_limits
        on pairs.leg = rule_change_limits.leg
    left join matching_rules
        on
            pairs.leg = matching_rules.leg
            and pairs.rule = matching_rules.rule
    left join structural_pairs
        on
            pairs.leg = structural_pairs.leg
            and pairs.event_type = structural_pairs.event_type
),

rule_needs_by_structure as (
    select
        expected_item_id,
        recorded_item_id,
        leg,
        event_type,
        rule,
        case
            when needs_rule and needs_pair then 'enable_structural_and_pair'
            when needs_rule then 'enable_structural'
            when is_pair_new then 'add_pair'
            else 'change_pair'
        end as wording,
        date_window_days,
        requires_customer,
        is_within_limits
    from needs
    where needs_rule or needs_pair
)

select * from rule_needs_by_structure
