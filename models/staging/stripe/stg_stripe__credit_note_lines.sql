-- grain: one row per source_relation, source_record_id, version_number
with

landed as (
    select * from {{ raw('stripe', 'credit_note_line_item') }}
),

credit_notes as (
    select * from {{ ref('stg_stripe__credit_notes') }}
    where version_number = 1 and source_record_id is not null
),

typed as (
    select
        {{ trimmed('source_relation') }} as source_relation,
        {{ trimmed('id') }} as source_record_id,
        {{ trimmed('credit_note_id') }} as credit_note_reference,
        {{ trimmed('invoice_line_item_id') }} as invoice_line_reference,
        {{ minor_units('amount', 0) }} as amount_minor,
        case
            when discount_amount is null then {{ minor_units('amount', 0) }}
            else {{ minor_units('amount', 0) }} - {{ minor_units('discount_amount', 0) }}
        end as net_amount_minor,
        {{ truth('livemode', 'true') }} as is_live,
        {{ utc_timestamp('_fivetran_synced') }} as synced_at
    from landed
),

versioned as (
    select
        *,
        row_number() over (
            partition by source_relation, source_record_id
            order by
                synced_at desc nulls last, amount_minor desc nulls last, net_amount_minor desc,
                credit_note_reference asc, invoice_line_reference asc, is_live asc
        ) as version_number
    from typed
),

credit_note_lines as (
    select
        {{ prefixed_id('stripe', 'versioned.source_relation', 'versioned.source_record_id') }}
            as credit_note_line_id,
        credit_notes.credit_note_id,
        {{ prefixed_id(
            'stripe', 'versioned.source_relation', 'versioned.invoice_line_reference'
        ) }} as invoice_line_id,
        credit_notes.currency_code,
        versioned.net_amount_minor,
        versioned.amount_minor as landed_amount_minor,
        'stripe' as source_name,
        'credit_note_line_item' as source_table,
        versioned.source_record_id,
        versioned.source_relation,
        versioned.version_number,
        credit_notes.recorded_at,
        versioned.synced_at,
        case
            when versioned.source_record_id is null then 'missing_key'
            when versioned.net_amount_minor is null then 'unreadable_amount'
            when credit_notes.credit_note_id is null then 'parent_missing'
            when credit_notes.quarantine_reason is not null then 'parent_quarantined'
        end as quarantine_reason,
        case
            when versioned.source_record_id is not null and versioned.version_number > 1
                then 'superseded'
            when not versioned.is_live then 'test_mode'
            else credit_notes.ignore_reason
        end as ignore_reason
    from versioned
    left join credit_notes
        on
            versioned.credit_note_reference = credit_notes.source_record_id
            and coalesce(versioned.source_relation, '') = coalesce(credit_notes.source_relation, '')
)

select * from credit_note_lines
