-- grain: one row per item_id, cause, finding
with

-- Each model looks at one kind of proof; which proof counts is decided in int_break_causes.
evidence as (
    select
        item_id,
        cause,
        finding
    from {{ ref('int_break_evidence_by_amount') }}
    union all
    select
        item_id,
        cause,
        finding
    from {{ ref('int_break_evidence_by_rate') }}
    union all
    select
        item_id,
        cause,
        finding
    from {{ ref('int_break_evidence_by_fact') }}
    union all
    select
        item_id,
        cause,
        finding
    from {{ ref('int_break_evidence_by_document') }}
    union all
    select
        item_id,
        cause,
        finding
    from {{ ref('int_break_evidence_by_repetition') }}
    union all
    select
        item_id,
        cause,
        finding
    from {{ ref('int_break_evidence_by_account') }}
    union all
    select
        item_id,
        cause,
        finding
    from {{ ref('int_break_evidence_by_customer') }}
    union all
    select
        item_id,
        cause,
        finding
    from {{ ref('int_break_evidence_by_copy') }}
    union all
    select
        item_id,
        cause,
        finding
    from {{ ref('int_break_evidence_by_billing') }}
    union all
    select
        item_id,
        cause,
        finding
    from {{ ref('int_break_evidence_by_period') }}
    union all
    select
        item_id,
        cause,
        finding
    from {{ ref('int_break_evidence_by_bank') }}
    union all
    select
        item_id,
        cause,
        finding
    from {{ ref('int_break_evidence_by_usage') }}
    union all
    select
        item_id,
        cause,
        finding
    from {{ ref('int_break_evidence_by_absence') }}
)

select * from evidence
