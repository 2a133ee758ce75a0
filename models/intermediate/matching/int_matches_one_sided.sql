-- grain: one row per item_id
with

candidates as (
    select * from {{ ref('int_reversal_candidates') }}
),

reversal_pairs as (
    select * from {{ ref('int_reversal_pairs') }}
),

matching_rules as (
    select * from {{ ref('matching_rules') }}
    where rule = 'one_sided_sum' and is_enabled
),

paired as (
    select
        entry_item_id as item_id,
        entry_item_id as match_key
    from reversal_pairs
    union all
    select
        reversing_item_id as item_id,
        entry_item_id as match_key
    from reversal_pairs
),

-- What no single reversal cancels may be cancelled by several: all that is left under one reference.
left_over as (
    select
        candidates.item_id,
        min(candidates.item_id) over (
            partition by
                candidates.leg,
                candidates.entity_id,
                candidates.account_role,
                candidates.currency_code,
                candidates.cancelling_reference
        ) as match_key,
        sum(candidates.amount_minor) over (
            partition by
                candidates.leg,
                candidates.entity_id,
                candidates.account_role,
                candidates.currency_code,
                candidates.cancelling_reference
        ) as amount_left_minor
    from candidates
    inner join matching_rules
        on candidates.leg = matching_rules.leg
    left join paired
        on candidates.item_id = paired.item_id
    where paired.item_id is null
),

matches_one_sided as (
    select
        item_id,
        match_key,
        8 as match_tier,
        'one_sided' as match_rule
    from paired
    union all
    select
        item_id,
        match_key,
        8 as match_tier,
        'one_sided_sum' as match_rule
    from left_over
    where amount_left_minor = 0
)

select * from matches_one_sided
