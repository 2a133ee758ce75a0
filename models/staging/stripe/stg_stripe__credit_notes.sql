-- grain: one row per source_relation, source_record_id, version_number
with

typed as (
    select * from {{ ref('stg_stripe__credit_notes_typed') }}
),

invoices as (
    select * from {{ ref('stg_stripe__invoices') }}
    where version_number = 1 and source_record_id is not null
),

refunds as (
    select * from {{ ref('stg_stripe__refunds_typed') }}
    where version_number = 1 and source_record_id is not null
),

balance_changes as (
    select * from {{ ref('stg_stripe__customer_balance_changes_typed') }}
    where version_number = 1 and kind = 'credited'
),

credits as (
    select
        coalesce(source_relation, '') as relation_key,
        credit_note_reference,
        cast(-sum(amount_minor) as bigint) as credited_amount_minor
    from balance_changes
    where source_record_id is not null and credit_note_reference is not null
    group by coalesce(source_relation, ''), credit_note_reference
),

identified as (
    select
        typed.*,
        {{ prefixed_id('stripe', 'typed.source_relation', 'typed.source_record_id') }}
            as credit_note_id,
        {{ prefixed_id('stripe', 'typed.source_relation', 'typed.refund_reference') }} as refund_id
    from typed
),

credit_notes as (
    select
        identified.credit_note_id,
        identified.credit_note_number,
        invoices.invoice_id,
        invoices.customer_id,
        identified.refund_id,
        identified.currency_code,
        identified.net_amount_minor,
        identified.total_amount_minor - identified.net_amount_minor as tax_amount_minor,
        identified.total_amount_minor,
        -- Where the money of a paid invoice's note went; an open invoice's note sends none.
        case
            when identified.kind = 'post_payment' then coalesce(refunds.amount_minor, 0) else 0
        end as refunded_amount_minor,
        case
            when identified.kind = 'post_payment'
                then coalesce(credits.credited_amount_minor, 0)
            else 0
        end as credited_to_balance_amount_minor,
        case
            when identified.kind = 'post_payment'
                then
                    identified.total_amount_minor - coalesce(refunds.amount_minor, 0)
                    - coalesce(credits.credited_amount_minor, 0)
            else 0
        end as out_of_band_amount_minor,
        identified.kind,
        identified.reason,
        identified.status,
        identified.issued_at,
        identified.voided_at,
        'stripe' as source_name,
        'credit_note' as source_table,
        identified.source_record_id,
        identified.source_relation,
        identified.version_number,
        identified.issued_at as recorded_at,
        identified.synced_at,
        case
            when identified.source_record_id is null then 'missing_key'
            when identified.currency_code is null then 'missing_currency'
            when identified.total_amount_minor is null then 'unreadable_amount'
            when identified.net_amount_minor is null then 'unreadable_amount'
            when identified.total_amount_minor < 0 then 'unreadable_amount'
            when identified.issued_at is null then 'unreadable_time'
            when identified.status = 'void' and identified.voided_at is null
                then 'unreadable_time'
            when identified.kind not in ('pre_payment', 'post_payment') then 'unknown_status'
            when invoices.invoice_id is null then 'parent_missing'
            when invoices.quarantine_reason is not null and invoices.ignore_reason is null
                then 'parent_quarantined'
            when identified.currency_code <> invoices.currency_code then 'unknown_currency'
        end as quarantine_reason,
        case
            when identified.source_record_id is not null and identified.version_number > 1
                then 'superseded'
            when not identified.is_live then 'test_mode'
            else invoices.ignore_reason
        end as ignore_reason
    from identified
    left join invoices
        on
            identified.invoice_reference = invoices.source_record_id
            and coalesce(identified.source_relation, '') = coalesce(invoices.source_relation, '')
    left join refunds
        on
            identified.refund_reference = refunds.source_record_id
            and coalesce(identified.source_relation, '') = coalesce(refunds.source_relation, '')
    left join credits
        on
            identified.source_record_id = credits.credit_note_reference
            and coalesce(identified.source_relation, '') = credits.relation_key
)

select * from credit_notes
