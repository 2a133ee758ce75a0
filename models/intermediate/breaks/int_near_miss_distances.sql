-- grain: one row per expected_item_id, recorded_item_id
with

facts as (
    select
        facts.*,
        abs(facts.days_after_expected) as date_distance,
        case
            when not facts.is_same_reference and facts.is_same_customer then 'structural'
            when not facts.is_same_reference then 'structural_without_customer'
            when facts.amount_distance <> 0 then 'tolerance'
            when facts.is_cut_off then 'other_period'
            else 'posting_date'
        end as rule
    from {{ ref('int_near_miss_facts') }} as facts
),

lags as (
    select * from {{ ref('int_settlement_lags_by_kind') }}
),

business_days as (
    select * from {{ ref('int_business_days') }}
),

matching_rules as (
    select * from {{ ref('matching_rules') }}
    where is_enabled
),

structural_pairs as (
    select * from {{ ref('structural_pairs') }}
    where is_enabled
),

-- The rule that could have linked the pair, and the days it allows: a pair without a shared
-- reference is in the hands of structural_pairs.
near_miss_distances as (
    select
        facts.expected_item_id,
        facts.recorded_item_id,
        facts.rule,
        facts.date_distance,
        abs(recorded_days.business_day_number - expected_days.business_day_number)
            as business_days_apart,
        case
            when facts.is_same_reference and facts.amount_distance <> 0 then true
            when facts.is_same_reference then matching_rules.rule is not null
            else matching_rules.rule is not null and structural_pairs.event_type is not null
        end as has_rule,
        case
            when facts.is_same_reference then matching_rules.date_window_days
            when matching_rules.rule is not null then structural_pairs.date_window_days
        end as allowed_days,
        coalesce(structural_pairs.requires_customer, false) and not facts.is_same_customer
        and not facts.is_same_reference as is_customer_missing,
        case
            when facts.is_same_reference and coalesce(matching_rules.counts_business_days, false)
                then abs(recorded_days.business_day_number - expected_days.business_day_number)
            else facts.date_distance
        end as counted_days
    from facts
    left join lags
        on
            facts.leg = lags.leg
            and facts.event_type = lags.event_type
            and coalesce(facts.processor_name, '') = coalesce(lags.processor_name, '')
            and facts.expected_currency_code = lags.currency_code
    left join business_days as expected_days
        on
            lags.calendar_name = expected_days.calendar_name
            and facts.expected_date = expected_days.calendar_date
    left join business_days as recorded_days
        on
            lags.calendar_name = recorded_days.calendar_name
            and facts.recorded_date = recorded_days.calendar_date
    left join matching_rules
        on
            facts.leg = matching_rules.leg
            and facts.rule = matching_rules.rule
    left join structural_pairs
        on
            facts.leg = structural_pairs.leg
            and facts.event_type = structural_pairs.event_type
)

select * from near_miss_distances
