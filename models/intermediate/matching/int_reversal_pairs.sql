-- grain: one row per entry_item_id
with

candidates as (
    select * from {{ ref('int_reversal_candidates') }}
),

matching_rules as (
    select * from {{ ref('matching_rules') }}
    where rule = 'one_sided' and is_enabled
),

-- The first entry belongs to the first reversal of its amount.
items as (
    select
        candidates.*,
        row_number() over (
            partition by
                candidates.leg,
                candidates.entity_id,
                candidates.account_role,
                candidates.currency_code,
                candidates.cancelling_reference,
                candidates.amount_minor
            order by candidates.recorded_at asc, candidates.item_id asc
        ) as twin_rank
    from candidates
    inner join matching_rules
        on candidates.leg = matching_rules.leg
),

reversal_pairs as (
    select
        entries.item_id as entry_item_id,
        reversing.item_id as reversing_item_id
    from items as entries
    inner join items as reversing
        on
            entries.leg = reversing.leg
            and entries.entity_id = reversing.entity_id
            and entries.account_role = reversing.account_role
            and entries.currency_code = reversing.currency_code
            and entries.cancelling_reference = reversing.cancelling_reference
            and entries.amount_minor = -reversing.amount_minor
            and entries.twin_rank = reversing.twin_rank
    where entries.amount_minor > 0
)

select * from reversal_pairs
