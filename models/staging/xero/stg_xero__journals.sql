-- grain: one row per source_relation, source_record_id, version_number
with

landed as (
    select * from {{ raw('xero', 'journal') }}
),

typed as (
    select
        {{ trimmed('source_relation') }} as source_relation,
        {{ trimmed('journal_id') }} as source_record_id,
        {{ trimmed('journal_number') }} as journal_number,
        cast({{ utc_timestamp('journal_date') }} as date) as posting_date,
        coalesce({{ utc_timestamp('created_date_utc') }}, {{ utc_timestamp('journal_date') }})
            as recorded_at,
        {{ trimmed('reference') }} as reference_text,
        {{ trimmed('source_id') }} as source_document_id,
        upper({{ trimmed('source_type') }}) as xero_source_type,
        {{ utc_timestamp('_fivetran_synced') }} as synced_at
    from landed
),

versioned as (
    select
        *,
        row_number() over (
            partition by source_relation, source_record_id
            order by
                synced_at desc nulls last, recorded_at desc nulls last, posting_date asc,
                reference_text asc, source_document_id asc, xero_source_type asc,
                journal_number asc
        ) as version_number
    from typed
),

journals as (
    select
        {{ prefixed_id('xero', 'source_relation', 'source_record_id') }} as journal_id,
        journal_number,
        case
            when xero_source_type in ('ACCREC', 'ACCPAY') then 'invoice'
            when xero_source_type like '%CREDIT' then 'credit_note'
            when xero_source_type like '%PAYMENT' then 'payment'
            when xero_source_type like 'CASH%' or xero_source_type = 'TRANSFER' then 'bank'
            when xero_source_type = 'MANJOURNAL' then 'manual'
            else 'other'
        end as journal_kind,
        posting_date,
        reference_text,
        source_document_id,
        'xero' as source_name,
        'journal' as source_table,
        source_record_id,
        source_relation,
        version_number,
        recorded_at,
        synced_at,
        case
            when source_record_id is null then 'missing_key'
            when posting_date is null then 'unreadable_time'
        end as quarantine_reason,
        case
            when source_record_id is not null and version_number > 1 then 'superseded'
        end as ignore_reason
    from versioned
)

select * from journals
