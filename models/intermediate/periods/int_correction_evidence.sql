-- grain: one row per posting_key, cause
with

posting_changes as (
    select * from {{ ref('int_posting_changes') }}
    where needed_amount_minor <> 0 or needed_functional_amount_minor <> 0
),

changed_documents as (
    select * from {{ ref('int_changed_documents') }}
),

loads as (
    select * from {{ ref('int_changed_document_loads') }}
),

close_rows as (
    select * from {{ ref('int_close_rows') }}
    where record_kind = 'rule'
),

rule_fingerprints as (
    select * from {{ ref('int_rule_fingerprints') }}
),

-- Closes whose rules are not those of today.
closes_under_other_rules as (
    select distinct
        close_rows.entity_id,
        close_rows.period
    from close_rows
    inner join rule_fingerprints
        on
            close_rows.item = rule_fingerprints.rule_name
            and close_rows.value <> rule_fingerprints.fingerprint
),

facts as (
    select
        posting_changes.posting_key,
        posting_changes.side,
        coalesce(loads.is_in_the_data, false) as is_in_the_data,
        changed_documents.is_in_close,
        (loads.changed_at is not null) as is_changed_since,
        (closes_under_other_rules.period is not null) as has_other_rules,
        changed_documents.is_in_close
        and posting_changes.needed_amount_minor = 0
        and posting_changes.side = 'expected' as has_same_amount,
        changed_documents.is_of_one_day
        and changed_documents.current_debit_minor = changed_documents.frozen_debit_minor
        and not (posting_changes.has_current and posting_changes.has_frozen) as is_moved
    from posting_changes
    inner join changed_documents
        on
            posting_changes.document_key = changed_documents.document_key
            and posting_changes.original_period = changed_documents.original_period
    left join loads
        on
            posting_changes.document_key = loads.document_key
            and posting_changes.original_period = loads.original_period
    left join closes_under_other_rules
        on
            posting_changes.entity_id = closes_under_other_rules.entity_id
            and posting_changes.original_period = closes_under_other_rules.period
),

correction_evidence as (
    select
        posting_key,
        'removed_data' as cause
    from facts
    where not is_in_the_data
    union all
    select
        posting_key,
        'back_dated_journal' as cause
    from facts
    where side = 'recorded' and not is_in_close and is_changed_since
    union all
    select
        posting_key,
        'fx' as cause
    from facts
    where has_same_amount
    union all
    select
        posting_key,
        'mapping' as cause
    from facts
    where is_in_close and is_moved
    union all
    select
        posting_key,
        'late_data' as cause
    from facts
    where is_changed_since
    union all
    select
        posting_key,
        'rule' as cause
    from facts
    where has_other_rules
    union all
    select
        posting_key,
        'unknown' as cause
    from facts
)

select * from correction_evidence
