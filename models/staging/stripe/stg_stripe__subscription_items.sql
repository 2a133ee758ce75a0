-- grain: one row per source_relation, source_record_id, version_number
with

landed as (
    select * from {{ raw('stripe', 'subscription_item') }}
),

typed as (
    select
        {{ trimmed('source_relation') }} as source_relation,
        {{ trimmed('id') }} as source_record_id,
        {{ trimmed('subscription_id') }} as subscription_reference,
        {{ trimmed('plan_id') }} as price_reference,
        {{ utc_timestamp('current_period_start') }} as current_period_start_at,
        {{ utc_timestamp('current_period_end') }} as current_period_end_at,
        {{ utc_timestamp('_fivetran_synced') }} as synced_at
    from landed
),

versioned as (
    select
        *,
        row_number() over (
            partition by source_relation, source_record_id
            order by
                synced_at desc nulls last, current_period_start_at desc nulls last,
                current_period_end_at desc nulls last, subscription_reference asc,
                price_reference asc
        ) as version_number
    from typed
),

subscription_items as (
    select
        {{ prefixed_id('stripe', 'source_relation', 'source_record_id') }} as subscription_item_id,
        {{ prefixed_id('stripe', 'source_relation', 'subscription_reference') }}
            as subscription_id,
        {{ prefixed_id('stripe', 'source_relation', 'price_reference') }} as price_id,
        current_period_start_at,
        current_period_end_at,
        'stripe' as source_name,
        'subscription_item' as source_table,
        source_record_id,
        source_relation,
        version_number,
        synced_at,
        case when source_record_id is null then 'missing_key' end as quarantine_reason,
        case
            when source_record_id is not null and version_number > 1 then 'superseded'
        end as ignore_reason
    from versioned
)

select * from subscription_items
