-- grain: one row per posting_key, posted_period
with

posting_changes as (
    select * from {{ ref('int_posting_changes') }}
    where needed_amount_minor <> 0 or needed_functional_amount_minor <> 0
),

correction_evidence as (
    select * from {{ ref('int_correction_evidence') }}
),

correction_causes as (
    select * from {{ ref('correction_causes') }}
),

late_postings as (
    select * from {{ ref('int_late_postings') }}
),

frozen_postings as (
    select * from {{ ref('int_frozen_postings') }}
    where is_correction
),

ranked as (
    select
        correction_evidence.posting_key,
        correction_evidence.cause,
        row_number() over (
            partition by correction_evidence.posting_key
            order by correction_causes.precedence, correction_evidence.cause
        ) as rank_of_cause
    from correction_evidence
    inner join correction_causes
        on correction_evidence.cause = correction_causes.cause
),

-- What later closes have already corrected stands as they closed it; the rest is posted anew.
period_corrections as (
    select
        posting_key,
        posted_period,
        entity_id,
        side,
        source_name,
        event_type,
        document_reference,
        account_role,
        currency_code,
        original_period,
        original_date,
        entry_date as posted_date,
        amount_minor,
        debit_minor - credit_minor as functional_amount_minor,
        source_table,
        source_record_id,
        quoted_text,
        cause,
        true as is_closed
    from frozen_postings
    union all
    select
        posting_changes.posting_key,
        late_postings.posted_period,
        posting_changes.entity_id,
        posting_changes.side,
        posting_changes.source_name,
        posting_changes.event_type,
        posting_changes.document_reference,
        posting_changes.account_role,
        posting_changes.currency_code,
        posting_changes.original_period,
        posting_changes.original_date,
        late_postings.posted_date,
        cast(posting_changes.needed_amount_minor as {{ dbt.type_bigint() }}) as amount_minor,
        cast(posting_changes.needed_functional_amount_minor as {{ dbt.type_bigint() }})
            as functional_amount_minor,
        posting_changes.source_table,
        posting_changes.source_record_id,
        posting_changes.quoted_text,
        ranked.cause,
        false as is_closed
    from posting_changes
    inner join late_postings
        on
            posting_changes.document_key = late_postings.document_key
            and posting_changes.original_period = late_postings.original_period
    inner join ranked
        on
            posting_changes.posting_key = ranked.posting_key
            and ranked.rank_of_cause = 1
)

select * from period_corrections
