-- grain: one row per posting_key, posted_period
with

close_rows as (
    select * from {{ ref('int_close_rows') }}
    where record_kind = 'entry'
),

-- Debit and credit stay apart, so that a closed trial balance shows the columns it was closed with.
frozen_postings as (
    select
        {{ posting_key(
            'side', 'event_type', 'document_reference', 'coalesce(original_date, entry_date)'
        ) }} as posting_key,
        period as posted_period,
        entity_id,
        side,
        source_name,
        event_type,
        document_reference,
        account_role,
        currency_code,
        coalesce(original_date, entry_date) as original_date,
        coalesce(original_period, period) as original_period,
        (original_period is not null) as is_correction,
        max(entry_date) as entry_date,
        cast(sum(amount_minor) as {{ dbt.type_bigint() }}) as amount_minor,
        cast(sum(debit_minor) as {{ dbt.type_bigint() }}) as debit_minor,
        cast(sum(credit_minor) as {{ dbt.type_bigint() }}) as credit_minor,
        max(source_table) as source_table,
        -- A document named after its own record has its name only once in the file.
        max(coalesce(source_record_id, document_reference)) as source_record_id,
        max(quoted_text) as quoted_text,
        max(item) as cause
    from close_rows
    group by
        period,
        entity_id,
        side,
        source_name,
        event_type,
        document_reference,
        account_role,
        currency_code,
        coalesce(original_date, entry_date),
        coalesce(original_period, period),
        (original_period is not null)
)

select * from frozen_postings
