-- grain: one row per decision_id, named_as, item_id
with

review_decisions as (
    select * from {{ ref('review_decisions') }}
),

items as (
    select * from {{ ref('int_items') }}
),

names as (
    select
        decision_id,
        'item' as named_as,
        leg,
        coalesce(item_id, source_record_id) as named,
        expected_fingerprint as fingerprint_seen
    from review_decisions
    union all
    select
        decision_id,
        'counterpart' as named_as,
        leg,
        counterpart as named,
        counterpart_fingerprint as fingerprint_seen
    from review_decisions
    where counterpart is not null
),

-- An item is named by its id, or by the vendor's own id of the record behind it.
named_items as (
    select
        names.decision_id,
        names.named_as,
        names.fingerprint_seen,
        items.item_id,
        items.side,
        items.is_matchable,
        {{ item_fingerprint('items') }} as fingerprint
    from names
    inner join items
        on names.named = items.item_id
    union all
    select
        names.decision_id,
        names.named_as,
        names.fingerprint_seen,
        items.item_id,
        items.side,
        items.is_matchable,
        {{ item_fingerprint('items') }} as fingerprint
    from names
    inner join items
        on
            names.named = items.source_record_id
            and names.leg = items.leg
),

decision_items as (
    select
        decision_id,
        named_as,
        item_id,
        side,
        is_matchable,
        fingerprint,
        fingerprint = fingerprint_seen as is_as_seen
    from named_items
)

select * from decision_items
