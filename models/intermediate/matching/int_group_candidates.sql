-- grain: one row per candidate_rank
with

memberships as (
    select * from {{ ref('int_residue_memberships') }}
),

matching_rules as (
    select * from {{ ref('matching_rules') }}
    where tier = 7 and is_enabled
),

group_totals as (
    select
        side,
        leg,
        entity_id,
        account_role,
        currency_code,
        rule,
        link_key,
        group_key,
        count(*) as item_count,
        sum(amount_minor) as amount_minor,
        min(customer_id) as first_customer_id,
        max(customer_id) as last_customer_id
    from memberships
    group by
        side,
        leg,
        entity_id,
        account_role,
        currency_code,
        rule,
        link_key,
        group_key
    having sum(amount_minor) <> 0
),

-- A group sums exactly, in one currency, or it is none. The smallest and most specific one wins.
group_candidates as (
    select
        expected_groups.leg,
        expected_groups.entity_id,
        expected_groups.account_role,
        expected_groups.currency_code,
        expected_groups.rule,
        expected_groups.group_key as expected_group_key,
        recorded_groups.group_key as recorded_group_key,
        expected_groups.item_count + recorded_groups.item_count as item_count,
        row_number() over (
            order by
                case expected_groups.rule
                    when 'group_by_reference' then 1
                    when 'group_by_payout' then 2
                    when 'group_by_day' then 3
                    else 4
                end asc,
                expected_groups.item_count + recorded_groups.item_count asc,
                expected_groups.leg asc,
                expected_groups.entity_id asc,
                expected_groups.account_role asc,
                expected_groups.currency_code asc,
                expected_groups.link_key asc,
                expected_groups.group_key asc,
                recorded_groups.group_key asc
        ) as candidate_rank
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
    inner join matching_rules
        on
            expected_groups.leg = matching_rules.leg
            and expected_groups.rule = matching_rules.rule
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
)

select * from group_candidates
