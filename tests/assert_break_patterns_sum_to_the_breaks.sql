-- Invariant: the patterns count and sum exactly the items alone or discrepant (L3, L19).
-- Grain: leg, entity, side, status, currency.
-- A row: a group whose patterns hold more or fewer items or other money than its items do.
-- Then: look for items missing from int_break_pattern_items, or in classes that overlap or leave a gap.
with

items as (
    select
        leg,
        entity_id,
        side,
        status,
        currency_code,
        count(*) as item_count,
        sum(amount) as net_amount,
        sum(abs(amount)) as gross_amount
    from {{ ref('fct_reconciliation_items') }}
    where status in ('expected_only', 'recorded_only', 'discrepancy')
    group by
        leg,
        entity_id,
        side,
        status,
        currency_code
),

patterns as (
    select
        leg,
        entity_id,
        side,
        status,
        currency_code,
        sum(item_count) as item_count,
        sum(net_amount) as net_amount,
        sum(gross_amount) as gross_amount,
        sum(case when covered_count > item_count then 1 else 0 end) as overstated_count
    from {{ ref('rpt_break_patterns') }}
    group by
        leg,
        entity_id,
        side,
        status,
        currency_code
),

compared as (
    select
        coalesce(items.leg, patterns.leg) as leg,
        coalesce(items.entity_id, patterns.entity_id) as entity_id,
        coalesce(items.side, patterns.side) as side,
        coalesce(items.status, patterns.status) as status,
        coalesce(items.currency_code, patterns.currency_code) as currency_code,
        items.item_count,
        patterns.item_count as pattern_item_count,
        items.net_amount,
        patterns.net_amount as pattern_net_amount,
        items.gross_amount,
        patterns.gross_amount as pattern_gross_amount,
        coalesce(patterns.overstated_count, 0) as overstated_count
    from items
    full outer join patterns
        on
            items.leg = patterns.leg
            and items.entity_id = patterns.entity_id
            and items.side = patterns.side
            and items.status = patterns.status
            and items.currency_code = patterns.currency_code
)

select * from compared
where
    item_count is null
    or pattern_item_count is null
    or item_count <> pattern_item_count
    or net_amount <> pattern_net_amount
    or gross_amount <> pattern_gross_amount
    or overstated_count > 0
