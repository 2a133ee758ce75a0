-- grain: one row per expected_item_id, recorded_item_id
with

pairs as (
    select
        pairs.*,
        case
            when pairs.amount_distance <> 0 then 'tolerance'
            when pairs.is_cut_off then 'other_period'
            else 'posting_date'
        end as rule
    from {{ ref('int_pairs_by_reference') }} as pairs
    where
        pairs.match_tier = 9
        and not pairs.is_customer_conflict
        and sign(pairs.expected_amount_minor) = sign(pairs.recorded_amount_minor)
),

open_items as (
    select * from {{ ref('int_item_statuses') }}
    where status in ('expected_only', 'recorded_only', 'discrepancy')
),

matching_rules as (
    select * from {{ ref('matching_rules') }}
),

rule_change_limits as (
    select * from {{ ref('rule_change_limits') }}
),

open_pairs as (
    select
        pairs.*,
        coalesce(matching_rules.is_enabled, false) as is_rule_enabled,
        matching_rules.date_window_days,
        matching_rules.amount_tolerance_minor,
        matching_rules.amount_tolerance_bps,
        coalesce(matching_rules.counts_business_days, false) as counts_business_days,
        case
            when matching_rules.counts_business_days then pairs.business_days_apart
            else pairs.date_distance
        end as counted_days,
        {{ integer_divide(
            'pairs.amount_distance * 10000 + abs(pairs.expected_amount_minor) - 1',
            'abs(pairs.expected_amount_minor)'
        ) }} as distance_bps
    from pairs
    inner join open_items as open_expected
        on pairs.expected_item_id = open_expected.item_id
    inner join open_items as open_recorded
        on pairs.recorded_item_id = open_recorded.item_id
    left join matching_rules
        on
            pairs.leg = matching_rules.leg
            and pairs.rule = matching_rules.rule
),

-- The order in which the tiers would take the pairs if the rules let them in: only a pair that is
-- the best left for both of its items would be linked.
ranked as (
    select
        *,
        row_number() over (
            order by
                case rule when 'tolerance' then 3 else 2 end asc,
                date_distance asc,
                amount_distance asc,
                expected_item_id asc,
                recorded_at asc,
                journal_id asc,
                recorded_item_id asc
        ) as pair_rank
    from open_pairs
),

chosen as (
    {{ mutual_best('ranked') }}
),

rule_needs_by_reference as (
    select
        ranked.expected_item_id,
        ranked.recorded_item_id,
        ranked.leg,
        ranked.event_type,
        ranked.rule,
        case when ranked.is_rule_enabled then 'raise_' else 'enable_' end
        || case ranked.rule when 'tolerance' then 'tolerance' else 'window' end as wording,
        greatest(coalesce(ranked.date_window_days, 0), ranked.counted_days) as date_window_days,
        case
            when ranked.rule = 'tolerance'
                then greatest(coalesce(ranked.amount_tolerance_minor, 0), ranked.amount_distance)
        end as amount_tolerance_minor,
        case
            when ranked.rule = 'tolerance' and ranked.amount_tolerance_bps is not null
                then greatest(ranked.amount_tolerance_bps, ranked.distance_bps)
        end as amount_tolerance_bps,
        ranked.counted_days <= rule_change_limits.largest_date_window_days
        and ranked.amount_distance <= rule_change_limits.largest_amount_tolerance_minor
        and ranked.distance_bps <= rule_change_limits.largest_amount_tolerance_bps
            as is_within_limits
    from ranked
    inner join chosen
        on ranked.pair_rank = chosen.pair_rank
    inner join rule_change_limits
        on ranked.leg = rule_change_limits.leg
    where ranked.counted_days is not null
)

select * from rule_needs_by_reference
