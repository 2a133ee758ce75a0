-- grain: one row per pattern_id
with

break_patterns as (
    select * from {{ ref('int_break_patterns') }}
),

rule_changes as (
    select * from {{ ref('int_rule_changes') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

of_the_leg as (
    select
        break_patterns.*,
        sum(break_patterns.item_count) over (
            partition by break_patterns.leg, break_patterns.entity_id
        ) as leg_item_count
    from break_patterns
),

patterns_of_breaks as (
    select
        of_the_leg.pattern_id,
        of_the_leg.leg,
        of_the_leg.entity_id,
        of_the_leg.side,
        of_the_leg.status,
        of_the_leg.kind,
        of_the_leg.account_role,
        of_the_leg.cause,
        of_the_leg.failed_predicate_set,
        of_the_leg.lag_bucket,
        of_the_leg.ratio_bucket,
        of_the_leg.item_count,
        cast(
            {{ integer_divide('of_the_leg.item_count * 10000', 'of_the_leg.leg_item_count') }}
            as bigint
        ) as share_of_leg_bps,
        of_the_leg.currency_code,
        {{ major_units('of_the_leg.amount_minor', 'currencies.exponent') }} as net_amount,
        {{ major_units('of_the_leg.gross_amount_minor', 'currencies.exponent') }} as gross_amount,
        of_the_leg.first_date,
        of_the_leg.last_date,
        of_the_leg.example_item_id,
        of_the_leg.covered_count,
        rule_changes.smallest_rule_change,
        rule_changes.matching_rules_row,
        rule_changes.structural_pairs_row,
        rule_changes.reference_patterns_row
    from of_the_leg
    inner join rule_changes
        on of_the_leg.pattern_id = rule_changes.subject_id
    inner join currencies
        on of_the_leg.currency_code = currencies.currency_code
)

select * from patterns_of_breaks
