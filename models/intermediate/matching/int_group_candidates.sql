-- grain: one row per candidate_rank
with

group_totals as (
    select * from {{ ref('int_group_totals') }}
),

matching_rules as (
    select * from {{ ref('matching_rules') }}
    where is_enabled
),

pairs_of_groups as (
    select
        expected_groups.leg,
        expected_groups.entity_id,
        expected_groups.account_role,
        expected_groups.currency_code,
        expected_groups.rule as membership_rule,
        expected_groups.link_key,
        expected_groups.group_key as expected_group_key,
        recorded_groups.group_key as recorded_group_key,
        expected_groups.item_count + recorded_groups.item_count as item_count,
        {{ dbt.datediff(
            'least(expected_groups.first_date, recorded_groups.first_date)',
            'greatest(expected_groups.last_date, recorded_groups.last_date)',
            'day'
        ) }} as date_span,
        -- What is netted goes by other rules: a payout holds charges and refunds, an edited document
        -- its entry, the reversal and the entry that took its place.
        case
            when expected_groups.is_one_direction and recorded_groups.is_one_direction
                then expected_groups.rule
            when expected_groups.rule = 'group_by_payout' then 'net_of_payout'
            when expected_groups.rule = 'group_by_reference' and expected_groups.is_one_direction
                then 'edited_document'
        end as rule
    from group_totals as expected_groups
    inner join group_totals as recorded_groups
        on
            expected_groups.leg = recorded_groups.leg
            and expected_groups.entity_id = recorded_groups.entity_id
            and expected_groups.account_role = recorded_groups.account_role
            and expected_groups.currency_code = recorded_groups.currency_code
            and expected_groups.rule = recorded_groups.rule
            and expected_groups.link_key = recorded_groups.link_key
            and expected_groups.amount_minor = recorded_groups.amount_minor
    where
        expected_groups.side = 'expected'
        and recorded_groups.side = 'recorded'
        and expected_groups.item_count + recorded_groups.item_count > 2
        and (
            recorded_groups.first_customer_id is null
            or expected_groups.first_customer_id is null
            or (
                expected_groups.first_customer_id <= recorded_groups.first_customer_id
                and expected_groups.last_customer_id >= recorded_groups.last_customer_id
            )
        )
),

-- A group sums exactly, in one currency, or it is none. The smallest and most specific one wins.
group_candidates as (
    select
        pairs_of_groups.leg,
        pairs_of_groups.entity_id,
        pairs_of_groups.account_role,
        pairs_of_groups.currency_code,
        pairs_of_groups.membership_rule,
        pairs_of_groups.rule,
        matching_rules.tier as match_tier,
        pairs_of_groups.expected_group_key,
        pairs_of_groups.recorded_group_key,
        pairs_of_groups.item_count,
        row_number() over (
            order by
                matching_rules.tier asc,
                case pairs_of_groups.rule
                    when 'group_by_reference' then 1
                    when 'group_by_payout' then 2
                    when 'net_of_payout' then 3
                    when 'group_by_day' then 4
                    else 5
                end asc,
                pairs_of_groups.item_count asc,
                pairs_of_groups.leg asc,
                pairs_of_groups.entity_id asc,
                pairs_of_groups.account_role asc,
                pairs_of_groups.currency_code asc,
                pairs_of_groups.link_key asc,
                pairs_of_groups.expected_group_key asc,
                pairs_of_groups.recorded_group_key asc
        ) as candidate_rank
    from pairs_of_groups
    inner join matching_rules
        on
            pairs_of_groups.leg = matching_rules.leg
            and pairs_of_groups.rule = matching_rules.rule
    where
        matching_rules.date_window_days is null
        or pairs_of_groups.date_span <= matching_rules.date_window_days
)

select * from group_candidates
