-- grain: one row per source_relation, source_record_id, version_number
with

landed as (
    select * from {{ raw('metering', 'usage_record') }}
),

typed as (
    select
        {{ trimmed('source_relation') }} as source_relation,
        {{ trimmed('usage_record_id') }} as source_record_id,
        {{ trimmed('subscription_item_id') }} as subscription_item_reference,
        {{ trimmed('customer_id') }} as customer_reference,
        {{ millionths('quantity') }} as quantity_millionths,
        {{ utc_timestamp('occurred_at') }} as occurred_at,
        coalesce({{ utc_timestamp('recorded_at') }}, {{ utc_timestamp('occurred_at') }})
            as recorded_at,
        recorded_at is not null and {{ utc_timestamp('recorded_at') }} is null
            as has_unreadable_recording,
        {{ utc_timestamp('_loaded_at') }} as synced_at
    from landed
),

versioned as (
    select
        *,
        row_number() over (
            partition by source_relation, source_record_id
            order by
                synced_at desc nulls last, recorded_at desc nulls last, occurred_at asc,
                quantity_millionths desc nulls last, subscription_item_reference asc,
                customer_reference asc
        ) as version_number
    from typed
),

usage_records as (
    select
        {{ prefixed_id('metering', 'source_relation', 'source_record_id') }} as usage_record_id,
        subscription_item_reference,
        customer_reference,
        quantity_millionths,
        occurred_at,
        'metering' as source_name,
        'usage_record' as source_table,
        source_record_id,
        source_relation,
        version_number,
        recorded_at,
        synced_at,
        case
            when source_record_id is null then 'missing_key'
            when subscription_item_reference is null then 'missing_subscription_item'
            when quantity_millionths is null then 'unreadable_quantity'
            when occurred_at is null or has_unreadable_recording then 'unreadable_time'
        end as quarantine_reason,
        case
            when source_record_id is not null and version_number > 1 then 'superseded'
        end as ignore_reason
    from versioned
)

select * from usage_records
