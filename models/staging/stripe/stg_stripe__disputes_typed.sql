-- grain: one row per source_relation, source_record_id, version_number
with

landed as (
    select * from {{ raw('stripe', 'dispute') }}
),

typed as (
    select
        {{ trimmed('source_relation') }} as source_relation,
        {{ trimmed('id') }} as source_record_id,
        {{ trimmed('charge_id') }} as charge_reference,
        upper({{ trimmed('currency') }}) as currency_code,
        {{ minor_units('amount', 0) }} as amount_minor,
        lower({{ trimmed('status') }}) as status,
        {{ trimmed('reason') }} as reason,
        {{ utc_timestamp('created') }} as created_at,
        coalesce(
            {{ utc_timestamp('closed_at') }}, {{ utc_timestamp('evidence_details_due_by') }}
        ) as decided_at,
        {{ truth('livemode', 'true') }} as is_live,
        {{ utc_timestamp('_fivetran_synced') }} as synced_at
    from landed
),

disputes_typed as (
    select
        source_relation,
        source_record_id,
        charge_reference,
        currency_code,
        amount_minor,
        status,
        reason,
        created_at,
        decided_at,
        is_live,
        synced_at,
        row_number() over (
            partition by source_relation, source_record_id
            order by
                synced_at desc nulls last, status desc, amount_minor desc nulls last,
                currency_code asc, created_at asc, decided_at asc, charge_reference asc, reason asc,
                is_live asc
        ) as version_number
    from typed
)

select * from disputes_typed
