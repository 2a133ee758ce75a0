-- grain: one row per decision_id, named_as, named
with

decision_names as (
    select * from {{ ref('int_decision_names') }}
),

items as (
    select
        *,
        {{ item_fingerprint('items') }} as fingerprint
    from {{ ref('int_items') }} as items
),

-- An item is named by its id, or by the vendor's own id of the record behind it.
candidates as (
    select
        decision_names.decision_id,
        decision_names.named_as,
        decision_names.named,
        items.item_id
    from decision_names
    inner join items
        on decision_names.named = items.item_id
    union all
    select
        decision_names.decision_id,
        decision_names.named_as,
        decision_names.named,
        items.item_id
    from decision_names
    inner join items
        on
            decision_names.named = items.source_record_id
            and decision_names.leg = items.leg
),

-- One record can stand behind several items; the fingerprint says which of them was looked at.
compared as (
    select
        candidates.decision_id,
        candidates.named_as,
        candidates.named,
        items.item_id,
        items.side,
        items.leg,
        items.entity_id,
        items.document_reference,
        items.currency_code,
        items.amount_minor,
        items.item_date,
        items.is_matchable,
        decision_names.fingerprint_seen,
        items.fingerprint,
        coalesce(items.fingerprint = decision_names.fingerprint_seen, false) as is_as_seen
    from candidates
    inner join decision_names
        on
            candidates.decision_id = decision_names.decision_id
            and candidates.named_as = decision_names.named_as
            and candidates.named = decision_names.named
    inner join items
        on candidates.item_id = items.item_id
),

ranked as (
    select
        *,
        sum(case when is_as_seen then 1 else 0 end) over (
            partition by decision_id, named_as, named
        ) as as_seen_count,
        row_number() over (
            partition by decision_id, named_as, named
            order by case when is_as_seen then 0 else 1 end asc, item_id asc
        ) as candidate_rank
    from compared
),

decision_items as (
    select
        decision_id,
        named_as,
        named,
        item_id,
        side,
        leg,
        entity_id,
        document_reference,
        currency_code,
        amount_minor,
        item_date,
        is_matchable,
        fingerprint_seen,
        fingerprint,
        is_as_seen,
        as_seen_count > 1 as is_unclear
    from ranked
    where candidate_rank = 1
)

select * from decision_items
