-- grain: one row per expected_item_id, recorded_item_id
with

by_reference as (
    select * from {{ ref('int_rule_needs_by_reference') }}
),

by_structure as (
    select * from {{ ref('int_rule_needs_by_structure') }}
),

facts as (
    select * from {{ ref('int_near_miss_facts') }}
),

-- A posting that names the document in a form no pattern looks for: found, it would be exact.
by_text as (
    select * from facts
    where
        is_exact_name
        and {{ separator_in('expected_name') }} is not null
        and not is_reference_known
        and is_same_role
        and is_same_currency
        and amount_distance = 0
        and not is_customer_conflict
        and expected_status = 'expected_only'
        and recorded_status = 'recorded_only'
),

needs as (
    select
        expected_item_id,
        recorded_item_id,
        leg,
        event_type,
        rule,
        wording,
        date_window_days,
        amount_tolerance_minor,
        amount_tolerance_bps,
        false as requires_customer,
        is_within_limits
    from by_reference
    union all
    select
        expected_item_id,
        recorded_item_id,
        leg,
        event_type,
        rule,
        wording,
        date_window_days,
        null as amount_tolerance_minor,
        null as amount_tolerance_bps,
        requires_customer,
        is_within_limits
    from by_structure
    union all
    select
        expected_item_id,
        recorded_item_id,
        leg,
        event_type,
        'reference_patterns' as rule,
        'add_pattern' as wording,
        null as date_window_days,
        null as amount_tolerance_minor,
        null as amount_tolerance_bps,
        false as requires_customer,
        true as is_within_limits
    from by_text
),

ranked_needs as (
    select
        *,
        row_number() over (
            partition by expected_item_id, recorded_item_id
            order by
                case when is_within_limits then 0 else 1 end asc,
                case rule when 'reference_patterns' then 0 else 1 end asc,
                rule asc
        ) as need_rank
    from needs
),

rule_needs as (
    select
        expected_item_id,
        recorded_item_id,
        leg,
        event_type,
        rule,
        wording,
        date_window_days,
        amount_tolerance_minor,
        amount_tolerance_bps,
        requires_customer,
        is_within_limits
    from ranked_needs
    where need_rank = 1
)

select * from rule_needs
