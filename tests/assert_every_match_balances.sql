-- Invariant: expected - recorded = residual, in one currency; 0 or named (L4).
-- Grain: match_id that does not balance.
-- A row: a match that hides a difference, or nets currencies, accounts or companies.
-- Then: compare the items in fct_matches with the rule that linked them.
with

match_items as (
    select * from {{ ref('fct_matches') }}
),

matches as (
    select
        match_id,
        min(match_tier) as match_tier,
        max(match_tier) as last_match_tier,
        min(match_rule) as match_rule,
        min(expected_amount) as expected_amount,
        min(residual_amount) as residual_amount,
        max(residual_amount) as last_residual_amount,
        min(residual_name) as residual_name,
        sum(case side when 'expected' then amount else -amount end) as difference,
        min(currency_code) as currency_code,
        max(currency_code) as last_currency_code,
        min(entity_id) as entity_id,
        max(entity_id) as last_entity_id,
        min(leg) as leg,
        max(leg) as last_leg,
        min(account_role) as account_role,
        max(account_role) as last_account_role
    from match_items
    group by match_id
),

-- What a rule may tolerate is read from the policy again, not from the tier it gave itself.
judged as (
    select
        matches.*,
        coalesce(matching_rules.is_enabled, false) as is_enabled,
        abs(matches.residual_amount) * {{ power_of_ten('currencies.exponent') }}
        > coalesce(matching_rules.amount_tolerance_minor, 0)
        or abs(matches.residual_amount) * 10000
        > coalesce(
            matching_rules.amount_tolerance_bps * abs(matches.expected_amount),
            abs(matches.residual_amount) * 10000
        ) as is_beyond_tolerance
    from matches
    inner join {{ ref('currencies') }} as currencies
        on matches.currency_code = currencies.currency_code
    left join {{ ref('matching_rules') }} as matching_rules
        on
            matches.leg = matching_rules.leg
            and matches.match_tier = matching_rules.tier
            and matches.match_rule = matching_rules.rule
)

select
    match_id,
    match_tier,
    residual_name,
    residual_amount,
    difference
from judged
where
    difference <> residual_amount
    or residual_amount <> last_residual_amount
    or match_tier <> last_match_tier
    or currency_code <> last_currency_code
    or entity_id <> last_entity_id
    or leg <> last_leg
    or (account_role <> last_account_role and match_tier > 0)
    or (residual_amount <> 0 and residual_name = 'none')
    or (residual_amount <> 0 and match_tier in (1, 2, 6, 7, 8))
    or (residual_name = 'discrepancy' and match_tier <> 9)
    or (match_tier > 0 and not is_enabled)
    or (match_tier = 3 and is_beyond_tolerance)
