-- grain: one row per decision_id, finding
with

findings as (
    select * from {{ ref('int_decision_findings') }}
),

decision_names as (
    select * from {{ ref('int_decision_names') }}
),

decision_items as (
    select * from {{ ref('int_decision_items') }}
),

-- Of the items a decision names, the finding is about the first that is gone, has changed, or does
-- not go with the item named first.
ranked as (
    select
        findings.decision_id,
        findings.finding,
        decision_names.named,
        decision_names.fingerprint_seen,
        decision_items.item_id,
        decision_items.fingerprint,
        decision_items.leg,
        decision_items.entity_id,
        decision_items.currency_code,
        decision_items.amount_minor,
        decision_items.item_date,
        decision_items.document_reference,
        row_number() over (
            partition by findings.decision_id, findings.finding
            order by
                case
                    when findings.finding = 'unused' and decision_items.item_id is null then 0
                    when findings.finding = 'void' and not decision_items.is_as_seen then 0
                    when findings.finding = 'out_of_reach' and not decision_items.is_matchable
                        then 0
                    when
                        findings.finding
                        in ('same_side', 'other_leg', 'other_entity', 'other_currency')
                        and decision_names.named_as <> 'item'
                        then 0
                    else 1
                end asc,
                case decision_names.named_as
                    when 'item' then 0
                    when 'counterpart' then 1
                    else 2
                end asc,
                decision_names.named asc
        ) as name_rank
    from findings
    inner join decision_names
        on findings.decision_id = decision_names.decision_id
    left join decision_items
        on
            decision_names.decision_id = decision_items.decision_id
            and decision_names.named_as = decision_items.named_as
            and decision_names.named = decision_items.named
),

decision_subjects as (
    select
        decision_id,
        finding,
        named,
        fingerprint_seen,
        item_id,
        fingerprint,
        leg,
        entity_id,
        currency_code,
        amount_minor,
        item_date,
        document_reference
    from ranked
    where name_rank = 1
)

select * from decision_subjects
