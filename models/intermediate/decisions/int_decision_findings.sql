-- grain: one row per decision_id, finding
with

decision_facts as (
    select * from {{ ref('int_decision_facts') }}
),

decision_flaws as (
    select * from {{ ref('int_decision_flaws') }}
),

decision_successors as (
    select * from {{ ref('int_decision_successors') }}
),

judged as (
    select
        decision_facts.*,
        decision_successors.successor_id,
        decision_successors.shared_count,
        coalesce(decision_successors.is_first_word, false) as is_first_word
    from decision_facts
    left join decision_successors
        on decision_facts.decision_id = decision_successors.decision_id
),

-- A later decision replaces one before it if it speaks of all its items on another day. On the same
-- day, or of some of the items only, nobody can tell which of the two was meant.
contradicted as (
    select
        judged.decision_id,
        judged.successor_id
    from judged
    inner join decision_facts as successors
        on judged.successor_id = successors.decision_id
    where
        judged.action <> 'reopen'
        and successors.action <> 'reopen'
        and judged.is_as_seen
        and successors.is_as_seen
        and not judged.is_ended
        and not successors.is_ended
        and (
            judged.shared_count < judged.item_count
            or (
                judged.decided_on = successors.decided_on
                and (
                    judged.action <> successors.action
                    or judged.shared_count < successors.item_count
                )
            )
        )
),

decision_findings as (
    select
        decision_id,
        finding,
        cast(null as {{ dbt.type_string() }}) as other_decision_id
    from decision_flaws
    union all
    select
        decision_id,
        'contradictory' as finding,
        successor_id as other_decision_id
    from contradicted
    union all
    select
        decision_id,
        'unused' as finding,
        cast(null as {{ dbt.type_string() }}) as other_decision_id
    from judged
    where action = 'reopen' and is_first_word
    union all
    select
        decision_id,
        case
            when is_ended then 'expired'
            when not is_as_seen then 'void'
            else 'out_of_reach'
        end as finding,
        cast(null as {{ dbt.type_string() }}) as other_decision_id
    from judged
    where
        action <> 'reopen'
        and successor_id is null
        and (is_ended or found_count = name_count)
        and (is_ended or not is_as_seen or not is_matchable)
)

select * from decision_findings
