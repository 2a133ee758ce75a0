-- Invariant: an item that is open alone, or a link that is not confirmed, is one exception (L1, L19).
-- Grain: leg, entity, currency, status.
-- A row: exceptions that are more or fewer, or hold more or less money, than the open items say.
-- Then: sum fct_reconciliation_items by match, residual or else expected, beside fct_exceptions.
with

links as (
    select
        leg,
        entity_id,
        currency_code,
        status,
        coalesce(match_id, item_id) as link_id,
        count(distinct match_id) as match_count,
        sum(case when side = 'expected' then amount else 0 end) as expected_amount,
        sum(case when side = 'expected' then amount else -amount end) as residual_amount
    from {{ ref('fct_reconciliation_items') }}
    where status in ('suggested', 'discrepancy', 'expected_only', 'recorded_only')
    group by
        leg,
        entity_id,
        currency_code,
        status,
        coalesce(match_id, item_id)
),

figures as (
    select
        leg,
        entity_id,
        currency_code,
        status,
        1 as item_count,
        case
            when match_count = 1 and residual_amount = 0 then abs(expected_amount)
            else abs(residual_amount)
        end as item_amount,
        0 as exception_count,
        0 as exception_amount
    from links
    union all
    select
        leg,
        entity_id,
        currency_code,
        status,
        0 as item_count,
        0 as item_amount,
        1 as exception_count,
        open_amount as exception_amount
    from {{ ref('fct_exceptions') }}
),

compared as (
    select
        leg,
        entity_id,
        currency_code,
        status,
        sum(item_count) as item_count,
        sum(exception_count) as exception_count,
        sum(item_amount) as item_amount,
        sum(exception_amount) as exception_amount
    from figures
    group by
        leg,
        entity_id,
        currency_code,
        status
)

select * from compared
where item_count <> exception_count or item_amount <> exception_amount
