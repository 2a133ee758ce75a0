-- grain: one row per decision_id
with

decision_facts as (
    select * from {{ ref('int_decision_facts') }}
),

decision_items as (
    select * from {{ ref('int_decision_items') }}
),

decision_flaws as (
    select * from {{ ref('int_decision_flaws') }}
),

-- Only what two persons decided properly has a say; the later word is the one that counts, even
-- if it has run out since.
in_order as (
    select
        decision_facts.decision_id,
        row_number() over (
            order by decision_facts.decided_on asc, decision_facts.decision_id asc
        ) as decision_order
    from decision_facts
    left join decision_flaws
        on decision_facts.decision_id = decision_flaws.decision_id
    where decision_flaws.decision_id is null
),

spoken as (
    select
        in_order.decision_id,
        in_order.decision_order,
        decision_items.item_id
    from in_order
    inner join decision_items
        on in_order.decision_id = decision_items.decision_id
),

shared_items as (
    select
        earlier.decision_id,
        later.decision_id as later_decision_id,
        later.decision_order as later_order,
        count(*) as shared_count
    from spoken as earlier
    inner join spoken as later
        on
            earlier.item_id = later.item_id
            and earlier.decision_order < later.decision_order
    group by
        earlier.decision_id,
        later.decision_id,
        later.decision_order
),

next_words as (
    select
        *,
        row_number() over (partition by decision_id order by later_order) as word_rank
    from shared_items
),

has_predecessor as (
    select later_decision_id as decision_id
    from shared_items
    group by later_decision_id
),

decision_successors as (
    select
        in_order.decision_id,
        next_words.later_decision_id as successor_id,
        coalesce(next_words.shared_count, 0) as shared_count,
        has_predecessor.decision_id is null as is_first_word
    from in_order
    left join next_words
        on
            in_order.decision_id = next_words.decision_id
            and next_words.word_rank = 1
    left join has_predecessor
        on in_order.decision_id = has_predecessor.decision_id
)

select * from decision_successors
