-- Invariant: every break has one cause, is explained and queued; nothing else is (L20).
-- Grain: item_id without its one cause.
-- A row: a break nobody will look at, or a cause on something that is fine.
-- Then: see which evidence model int_break_causes misses, or why it repeats the item.
with

items as (
    select * from {{ ref('fct_reconciliation_items') }}
),

causes as (
    select * from {{ ref('causes') }}
),

classified as (
    select
        item_id,
        count(*) as cause_count
    from {{ ref('int_breaks_classified') }}
    group by item_id
),

exceptions as (
    select * from {{ ref('fct_exceptions') }}
),

judged as (
    select
        items.item_id,
        items.status,
        items.cause,
        case
            when
                items.status in ('matched', 'pending', 'inconclusive', 'ignored')
                and items.cause is null
                and classified.item_id is null
                then 'ok'
            when items.status in ('matched', 'pending', 'inconclusive', 'ignored')
                then 'cause without a break'
            when classified.item_id is null then 'no cause'
            when classified.cause_count > 1 then 'several causes'
            when causes.cause is null then 'unknown word'
            when items.explanation is null then 'no explanation'
            when exceptions.exception_id is null then 'not in the queue'
            else 'ok'
        end as verdict
    from items
    left join classified
        on items.item_id = classified.item_id
    left join causes
        on items.cause = causes.cause
    left join exceptions
        on coalesce(items.match_id, items.item_id) = exceptions.exception_id
)

select * from judged
where verdict <> 'ok'
