-- grain: one row per item_id
with

residue as (
    select * from {{ ref('int_residue_after_reference') }}
    where side = 'recorded'
),

matches_by_structure as (
    select * from {{ ref('int_matches_by_structure') }}
),

matches_by_group as (
    select * from {{ ref('int_matches_by_group') }}
),

matching_rules as (
    select * from {{ ref('matching_rules') }}
    where rule = 'one_sided' and is_enabled
),

-- An entry and its reversal quote the same document, or come from the same document of the ledger.
-- The first entry belongs to the first reversal of its amount.
items as (
    select
        residue.*,
        coalesce(residue.document_reference, residue.block_reference) as cancelling_reference,
        abs(residue.amount_minor) as gross_amount_minor,
        row_number() over (
            partition by
                residue.leg,
                residue.entity_id,
                residue.account_role,
                residue.currency_code,
                coalesce(residue.document_reference, residue.block_reference),
                residue.amount_minor
            order by residue.recorded_at asc, residue.item_id asc
        ) as twin_rank
    from residue
    inner join matching_rules
        on residue.leg = matching_rules.leg
    left join matches_by_structure
        on residue.item_id = matches_by_structure.recorded_item_id
    left join matches_by_group
        on residue.item_id = matches_by_group.item_id
    where
        matches_by_structure.recorded_item_id is null
        and matches_by_group.item_id is null
),

reversals as (
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
),

matches_one_sided as (
    select
        entry_item_id as item_id,
        entry_item_id as match_key,
        8 as match_tier,
        'one_sided' as match_rule
    from reversals
    union all
    select
        reversing_item_id as item_id,
        entry_item_id as match_key,
        8 as match_tier,
        'one_sided' as match_rule
    from reversals
)

select * from matches_one_sided
