-- grain: one row per decision_id, named_as, named
with

review_decisions as (
    select * from {{ ref('review_decisions') }}
    where {{ known_by('decided_on') }}
),

review_decision_items as (
    select * from {{ ref('review_decision_items') }}
),

-- A decision is one row; what it settles beyond an item and its counterpart is listed beside it.
decision_names as (
    select
        decision_id,
        'item' as named_as,
        leg,
        coalesce({{ trimmed('item_id') }}, {{ trimmed('source_record_id') }}) as named,
        expected_fingerprint as fingerprint_seen
    from review_decisions
    union all
    select
        decision_id,
        'counterpart' as named_as,
        leg,
        {{ trimmed('counterpart') }} as named,
        counterpart_fingerprint as fingerprint_seen
    from review_decisions
    where {{ trimmed('counterpart') }} is not null
    union all
    select
        review_decisions.decision_id,
        'further' as named_as,
        review_decisions.leg,
        {{ trimmed('review_decision_items.item') }} as named,
        review_decision_items.fingerprint as fingerprint_seen
    from review_decisions
    inner join review_decision_items
        on review_decisions.decision_id = review_decision_items.decision_id
)

select * from decision_names
