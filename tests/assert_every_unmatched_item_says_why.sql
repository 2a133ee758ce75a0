-- Invariant: each item alone or discrepant has one near miss, in words; no other item has one (L1).
-- Grain: item_id with none, several, or one it should not have.
-- A row: an item nobody explains, or one that is explained and fine.
-- Then: look for the item in int_near_miss_pairs and in the steps behind it.
with

items as (
    select * from {{ ref('fct_reconciliation_items') }}
    where status in ('expected_only', 'recorded_only', 'discrepancy')
),

near_misses as (
    select
        item_id,
        min(status) as status,
        count(*) as row_count,
        sum(
            case
                when failed_predicates <> '' and smallest_rule_change <> '' then 1 else 0
            end
        ) as worded_count
    from {{ ref('rpt_near_misses') }}
    group by item_id
),

compared as (
    select
        coalesce(items.item_id, near_misses.item_id) as item_id,
        items.status,
        coalesce(near_misses.row_count, 0) as row_count,
        coalesce(near_misses.worded_count, 0) as worded_count
    from items
    full outer join near_misses
        on
            items.item_id = near_misses.item_id
            and items.status = near_misses.status
)

select * from compared
where status is null or row_count <> 1 or worded_count <> 1
