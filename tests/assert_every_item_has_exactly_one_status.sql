-- Invariant: every item ends in exactly one status, and nothing else does (L1).
-- Grain: item_id that is missing, repeated or unknown in the mart.
-- A row: an item that vanished or is counted twice, so totals over statuses are wrong.
-- Then: look for a join in int_item_statuses or the mart that drops or repeats rows.
with

items as (
    select
        item_id,
        count(*) as item_count
    from {{ ref('int_items') }}
    group by item_id
),

ended as (
    select
        item_id,
        count(*) as status_count,
        min(status) as status
    from {{ ref('fct_reconciliation_items') }}
    group by item_id
),

judged as (
    select
        coalesce(items.item_id, ended.item_id) as item_id,
        items.item_count,
        ended.status_count,
        case
            when ended.item_id is null then 'no status'
            when items.item_id is null then 'status without an item'
            when items.item_count > 1 then 'item twice'
            when ended.status_count > 1 then 'status twice'
            when ended.status is null then 'empty status'
            else 'ok'
        end as verdict
    from items
    full outer join ended
        on items.item_id = ended.item_id
)

select * from judged
where verdict <> 'ok'
