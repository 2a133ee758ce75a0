-- grain: one row per posting_key
with

entries as (
    select * from {{ ref('int_expected_entries') }}
),

ledger_lines as (
    select * from {{ ref('int_ledger_lines') }}
),

frozen_periods as (
    select * from {{ ref('int_frozen_periods') }}
),

postings as (
    select
        {{ posting_key(
            "'expected'", 'event_type', 'document_reference', 'entry_date'
        ) }} as posting_key,
        'expected' as side,
        entity_id,
        source_name,
        event_type,
        document_reference,
        account_role,
        currency_code,
        entry_date,
        amount_minor,
        functional_amount_minor,
        source_table,
        source_record_id,
        cast(null as {{ dbt.type_string() }}) as quoted_text
    from entries
    union all
    select
        {{ posting_key(
            "'recorded'", "'journal'", 'source_record_id', 'posting_date'
        ) }} as posting_key,
        'recorded' as side,
        entity_id,
        source_name,
        'journal' as event_type,
        source_record_id as document_reference,
        account_role,
        currency_code,
        posting_date as entry_date,
        amount_minor,
        amount_minor as functional_amount_minor,
        source_table,
        source_record_id,
        coalesce(nullif(trim(reference_text), ''), trim(line_text))
            as quoted_text
    from ledger_lines
    where account_role <> 'out_of_scope'
),

-- Only what lies in a frozen period has anything to be compared with.
current_postings as (
    select
        postings.posting_key,
        postings.side,
        postings.entity_id,
        postings.source_name,
        postings.event_type,
        postings.document_reference,
        postings.account_role,
        postings.currency_code,
        postings.entry_date,
        frozen_periods.period,
        cast(sum(postings.amount_minor) as {{ dbt.type_bigint() }}) as amount_minor,
        cast(sum(case
            when postings.functional_amount_minor > 0 then postings.functional_amount_minor else 0
        end) as {{ dbt.type_bigint() }}) as debit_minor,
        cast(sum(case
            when postings.functional_amount_minor < 0 then -postings.functional_amount_minor else 0
        end) as {{ dbt.type_bigint() }}) as credit_minor,
        max(postings.source_table) as source_table,
        max(postings.source_record_id) as source_record_id,
        max(postings.quoted_text) as quoted_text
    from postings
    inner join frozen_periods
        on
            postings.entity_id = frozen_periods.entity_id
            and postings.entry_date between frozen_periods.covers_from and frozen_periods.end_date
    group by
        postings.posting_key,
        postings.side,
        postings.entity_id,
        postings.source_name,
        postings.event_type,
        postings.document_reference,
        postings.account_role,
        postings.currency_code,
        postings.entry_date,
        frozen_periods.period
)

select * from current_postings
