-- Invariant: the source rows behind an item sum to the item (L19).
-- Grain: item_id whose parts sum to something else.
-- A row: drilling down from an item leads to other money than the item shows.
-- Then: compare how int_expected_ledger_items and int_item_parts name items.
with

items as (
    select * from {{ ref('fct_reconciliation_items') }}
),

parts as (
    select
        item_id,
        min(currency_code) as currency_code,
        max(currency_code) as last_currency_code,
        sum(amount) as amount
    from {{ ref('fct_item_parts') }}
    group by item_id
),

compared as (
    select
        coalesce(items.item_id, parts.item_id) as item_id,
        items.amount,
        parts.amount as parts_amount,
        case
            when items.item_id is null or parts.item_id is null then 'one-sided'
            when items.amount <> parts.amount then 'amount'
            when items.currency_code <> parts.currency_code then 'currency'
            when items.currency_code <> parts.last_currency_code then 'currency'
            else 'ok'
        end as verdict
    from items
    full outer join parts
        on items.item_id = parts.item_id
)

select * from compared
where verdict <> 'ok'
