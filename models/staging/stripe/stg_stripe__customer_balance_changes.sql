-- grain: one row per source_relation, source_record_id, version_number
with

typed as (
    select * from {{ ref('stg_stripe__customer_balance_changes_typed') }}
),

credit_notes as (
    select * from {{ ref('stg_stripe__credit_notes') }}
    where version_number = 1 and source_record_id is not null
),

currencies as (
    select * from {{ ref('currencies') }}
),

-- What a note credited posts with the note, so it can only be read together with it.
customer_balance_changes as (
    select
        {{ prefixed_id('stripe', 'typed.source_relation', 'typed.source_record_id') }}
            as balance_change_id,
        {{ prefixed_id('stripe', 'typed.source_relation', 'typed.customer_reference') }}
            as customer_id,
        {{ prefixed_id('stripe', 'typed.source_relation', 'typed.invoice_reference') }}
            as invoice_id,
        {{ prefixed_id('stripe', 'typed.source_relation', 'typed.credit_note_reference') }}
            as credit_note_id,
        typed.kind,
        typed.currency_code,
        typed.amount_minor,
        typed.changed_at,
        'stripe' as source_name,
        'customer_balance_transaction' as source_table,
        typed.source_record_id,
        typed.source_relation,
        typed.version_number,
        typed.changed_at as recorded_at,
        typed.synced_at,
        case
            when typed.source_record_id is null then 'missing_key'
            when typed.currency_code is null then 'missing_currency'
            when currencies.currency_code is null then 'unknown_currency'
            when typed.amount_minor is null then 'unreadable_amount'
            when typed.changed_at is null then 'unreadable_time'
            when typed.kind = 'other' then 'unknown_status'
            when typed.kind = 'credited' and credit_notes.credit_note_id is null
                then 'parent_missing'
            when typed.kind = 'credited' and credit_notes.quarantine_reason is not null
                then 'parent_quarantined'
        end as quarantine_reason,
        case
            when typed.source_record_id is not null and typed.version_number > 1
                then 'superseded'
            when not typed.is_live then 'test_mode'
            when typed.kind = 'credited' then credit_notes.ignore_reason
        end as ignore_reason
    from typed
    left join credit_notes
        on
            typed.credit_note_reference = credit_notes.source_record_id
            and coalesce(typed.source_relation, '') = coalesce(credit_notes.source_relation, '')
    left join currencies
        on typed.currency_code = currencies.currency_code
)

select * from customer_balance_changes
