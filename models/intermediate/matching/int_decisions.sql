-- grain: one row per decision_id
with

review_decisions as (
    select * from {{ ref('review_decisions') }}
),

decision_items as (
    select * from {{ ref('int_decision_items') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

today as (
    select max(as_of_date) as as_of_date
    from entities
),

evidence as (
    select
        decision_id,
        sum(case when named_as = 'item' then 1 else 0 end) as item_count,
        sum(case when named_as = 'item' and is_as_seen then 1 else 0 end) as item_as_seen_count,
        sum(case when named_as = 'counterpart' then 1 else 0 end) as counterpart_count,
        sum(case when named_as = 'counterpart' and is_as_seen then 1 else 0 end)
            as counterpart_as_seen_count,
        min(case when named_as = 'item' and is_as_seen then item_id end) as item_id
    from decision_items
    group by decision_id
),

-- The last word on an item counts; whoever decides the same thing twice contradicts no one.
decisions_in_order as (
    select
        review_decisions.decision_id,
        row_number() over (
            partition by coalesce(evidence.item_id, review_decisions.decision_id)
            order by review_decisions.decided_on desc, review_decisions.decision_id desc
        ) as decision_rank
    from review_decisions
    left join evidence
        on review_decisions.decision_id = evidence.decision_id
),

decisions as (
    select
        review_decisions.decision_id,
        review_decisions.action,
        review_decisions.reason,
        review_decisions.decided_by,
        review_decisions.approved_by,
        review_decisions.decided_on,
        review_decisions.expires_on,
        case
            when coalesce(evidence.item_count, 0) = 0 then 'unused'
            when
                review_decisions.counterpart is not null
                and evidence.counterpart_count = 0
                then 'unused'
            when evidence.item_as_seen_count = 0 then 'void'
            when
                review_decisions.counterpart is not null
                and evidence.counterpart_as_seen_count = 0
                then 'void'
            when review_decisions.expires_on < today.as_of_date then 'expired'
            when
                review_decisions.approved_by is null
                or review_decisions.approved_by = review_decisions.decided_by
                then 'unapproved'
            when decisions_in_order.decision_rank > 1 then 'superseded'
            else 'in_effect'
        end as decision_state
    from review_decisions
    inner join decisions_in_order
        on review_decisions.decision_id = decisions_in_order.decision_id
    left join evidence
        on review_decisions.decision_id = evidence.decision_id
    cross join today
)

select * from decisions
