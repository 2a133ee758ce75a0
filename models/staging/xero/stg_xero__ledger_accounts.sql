-- grain: one row per source_relation, source_record_id, version_number
with

landed as (
    select * from {{ raw('xero', 'account') }}
),

typed as (
    select
        {{ trimmed('source_relation') }} as source_relation,
        {{ trimmed('account_id') }} as source_record_id,
        {{ trimmed('code') }} as landed_code,
        {{ trimmed('name') }} as account_name,
        {{ trimmed('type') }} as account_type,
        {{ utc_timestamp('_fivetran_synced') }} as synced_at
    from landed
),

versioned as (
    select
        *,
        row_number() over (
            partition by source_relation, source_record_id
            order by
                synced_at desc nulls last, landed_code asc, account_name asc, account_type asc
        ) as version_number
    from typed
),

ledger_accounts as (
    select
        {{ prefixed_id('xero', 'source_relation', 'source_record_id') }} as account_id,
        -- Cards and some system accounts have no code: their id stands in for it.
        coalesce(landed_code, source_record_id) as account_code,
        account_name,
        account_type,
        'xero' as source_name,
        'account' as source_table,
        source_record_id,
        source_relation,
        version_number,
        cast(null as {{ dbt.type_timestamp() }}) as recorded_at,
        synced_at,
        case when source_record_id is null then 'missing_key' end as quarantine_reason,
        case
            when source_record_id is not null and version_number > 1 then 'superseded'
        end as ignore_reason
    from versioned
)

select * from ledger_accounts
