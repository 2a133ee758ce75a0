-- grain: one row per source_relation, source_record_id, version_number
with

landed as (
    select * from {{ raw('stripe', 'customer') }}
),

typed as (
    select
        {{ trimmed('source_relation') }} as source_relation,
        {{ trimmed('id') }} as source_record_id,
        {{ trimmed('name') }} as customer_name,
        upper({{ trimmed('currency') }}) as currency_code,
        upper({{ trimmed('address_country') }}) as country_code,
        {{ utc_timestamp('created') }} as created_at,
        {{ truth('livemode', 'true') }} as is_live,
        {{ truth('is_deleted', 'false') }} as is_deleted,
        {{ utc_timestamp('_fivetran_synced') }} as synced_at
    from landed
),

versioned as (
    select
        *,
        row_number() over (
            partition by source_relation, source_record_id
            order by
                synced_at desc nulls last, created_at desc nulls last, customer_name asc,
                currency_code asc, country_code asc, is_live asc, is_deleted asc
        ) as version_number
    from typed
),

-- A deleted customer stays: invoices of the past still name it.
customers as (
    select
        {{ prefixed_id('stripe', 'source_relation', 'source_record_id') }} as customer_id,
        customer_name,
        currency_code,
        country_code,
        'stripe' as source_name,
        'customer' as source_table,
        source_record_id,
        source_relation,
        version_number,
        created_at as recorded_at,
        synced_at,
        case when source_record_id is null then 'missing_key' end as quarantine_reason,
        case
            when source_record_id is not null and version_number > 1 then 'superseded'
            when not is_live then 'test_mode'
        end as ignore_reason
    from versioned
)

select * from customers
