-- grain: one row per source_relation, source_record_id, version_number
with

landed as (
    select * from {{ raw('stripe', 'product') }}
),

typed as (
    select
        {{ trimmed('source_relation') }} as source_relation,
        {{ trimmed('id') }} as source_record_id,
        {{ trimmed('name') }} as product_name,
        {{ utc_timestamp('created') }} as created_at,
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
                synced_at desc nulls last, created_at desc nulls last, product_name asc, is_live asc
        ) as version_number
    from typed
),

products as (
    select
        {{ prefixed_id('stripe', 'source_relation', 'source_record_id') }} as product_id,
        product_name,
        'stripe' as source_name,
        'product' as source_table,
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

select * from products
