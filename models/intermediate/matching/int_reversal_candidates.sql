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

-- An entry and its reversal quote the same document, or come from the same document of the ledger.
reversal_candidates as (
    select
        residue.item_id,
        residue.leg,
        residue.entity_id,
        residue.account_role,
        residue.currency_code,
        coalesce(residue.document_reference, residue.block_reference) as cancelling_reference,
        residue.amount_minor,
        residue.recorded_at
    from residue
    left join matches_by_structure
        on residue.item_id = matches_by_structure.recorded_item_id
    left join matches_by_group
        on residue.item_id = matches_by_group.item_id
    where
        matches_by_structure.recorded_item_id is null
        and matches_by_group.item_id is null
)

select * from reversal_candidates
