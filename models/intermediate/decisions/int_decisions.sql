-- grain: one row per decision_id
with

review_decisions as (
    select * from {{ ref('review_decisions') }}
    where {{ known_by('decided_on') }}
),

decision_facts as (
    select * from {{ ref('int_decision_facts') }}
),

decision_successors as (
    select * from {{ ref('int_decision_successors') }}
),

findings as (
    select * from {{ ref('int_decision_findings') }}
),

decision_findings as (
    select * from {{ ref('decision_findings') }}
),

ranked as (
    select
        findings.decision_id,
        findings.finding,
        row_number() over (
            partition by findings.decision_id order by decision_findings.precedence
        ) as finding_rank
    from findings
    inner join decision_findings
        on findings.finding = decision_findings.finding
),

-- The gravest finding is the state of a decision that does not hold.
decisions as (
    select
        review_decisions.decision_id,
        review_decisions.action,
        review_decisions.reason,
        decision_facts.decided_by,
        decision_facts.approved_by,
        review_decisions.decided_on,
        decision_facts.ends_on,
        decision_successors.successor_id,
        review_decisions.facts_seen,
        coalesce(
            ranked.finding,
            case
                when decision_successors.successor_id is null then 'in_effect'
                else 'superseded'
            end
        ) as decision_state
    from review_decisions
    inner join decision_facts
        on review_decisions.decision_id = decision_facts.decision_id
    left join decision_successors
        on review_decisions.decision_id = decision_successors.decision_id
    left join ranked
        on
            review_decisions.decision_id = ranked.decision_id
            and ranked.finding_rank = 1
)

select * from decisions
