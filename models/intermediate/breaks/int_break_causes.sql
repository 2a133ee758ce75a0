-- grain: one row per item_id
with

break_items as (
    select * from {{ ref('int_break_items') }}
),

evidence as (
    select * from {{ ref('int_break_evidence') }}
),

causes as (
    select * from {{ ref('causes') }}
),

ranked_evidence as (
    select
        break_items.item_id,
        break_items.leg,
        break_items.entity_id,
        break_items.document_reference,
        break_items.event_type,
        evidence.cause,
        evidence.finding,
        causes.precedence,
        causes.spreads_to_document,
        row_number() over (
            partition by break_items.item_id
            order by causes.precedence asc, evidence.finding asc
        ) as evidence_rank
    from break_items
    inner join evidence
        on break_items.item_id = evidence.item_id
    inner join causes
        on evidence.cause = causes.cause
),

own_causes as (
    select * from ranked_evidence
    where evidence_rank = 1
),

-- A posting that went wrong goes wrong on all of its lines: what one line proves holds for the
-- lines of the same event that prove nothing by themselves.
proven as (
    select
        leg,
        entity_id,
        document_reference,
        coalesce(event_type, '') as event_type,
        min(precedence) as precedence
    from own_causes
    where spreads_to_document and document_reference is not null
    group by
        leg,
        entity_id,
        document_reference,
        coalesce(event_type, '')
),

inherited as (
    select
        own_causes.item_id,
        min(proven.precedence) as precedence
    from own_causes
    inner join proven
        on
            own_causes.leg = proven.leg
            and own_causes.entity_id = proven.entity_id
            and own_causes.document_reference = proven.document_reference
            and (
                own_causes.event_type is null
                or own_causes.event_type = proven.event_type
            )
    where not own_causes.spreads_to_document
    group by own_causes.item_id
),

break_causes as (
    select
        own_causes.item_id,
        case when inherited.item_id is null then own_causes.cause else causes.cause end as cause,
        case
            when inherited.item_id is null then own_causes.finding
            else 'another line of the same posting shows it'
        end as finding,
        inherited.item_id is not null as is_inherited
    from own_causes
    left join inherited
        on own_causes.item_id = inherited.item_id
    left join causes
        on inherited.precedence = causes.precedence
)

select * from break_causes
