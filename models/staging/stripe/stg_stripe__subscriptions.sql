-- grain: one row per source_relation, source_record_id, valid_from_at, version_number
with

landed as (
    select * from {{ raw('stripe', 'subscription_history') }}
),

typed as (
    select
        {{ trimmed('source_relation') }} as source_relation,
        {{ trimmed('id') }} as source_record_id,
        {{ trimmed('customer_id') }} as customer_reference,
        lower({{ trimmed('status') }}) as status,
        {{ utc_timestamp('created') }} as created_at,
        coalesce({{ utc_timestamp('start_date') }}, {{ utc_timestamp('created') }})
            as started_at,
        {{ utc_timestamp('canceled_at') }} as cancelled_at,
        {{ utc_timestamp('ended_at') }} as ended_at,
        {{ utc_timestamp('_fivetran_start') }} as valid_from_at,
        {{ truth('_fivetran_active', 'true') }} as is_current,
        -- The vendor leaves the current version open until the year 9999: here it has no end.
        case
            when not {{ truth('_fivetran_active', 'true') }}
                then {{ utc_timestamp('_fivetran_end') }}
        end as valid_to_at,
        {{ truth('livemode', 'true') }} as is_live,
        {{ utc_timestamp('_fivetran_synced') }} as synced_at
    from landed
),

versioned as (
    select
        *,
        row_number() over (
            partition by source_relation, source_record_id, valid_from_at
            order by
                synced_at desc nulls last, is_current desc, created_at desc nulls last, status asc,
                customer_reference asc, started_at asc, cancelled_at asc, ended_at asc,
                valid_to_at asc, is_live asc
        ) as version_number
    from typed
),

subscriptions as (
    select
        {{ prefixed_id('stripe', 'source_relation', 'source_record_id') }} as subscription_id,
        {{ prefixed_id('stripe', 'source_relation', 'customer_reference') }} as customer_id,
        status,
        started_at,
        cancelled_at,
        ended_at,
        valid_from_at,
        valid_to_at,
        is_current,
        'stripe' as source_name,
        'subscription_history' as source_table,
        source_record_id,
        source_relation,
        version_number,
        created_at as recorded_at,
        synced_at,
        case
            when source_record_id is null then 'missing_key'
            when valid_from_at is null then 'unreadable_time'
        end as quarantine_reason,
        case
            when source_record_id is not null and version_number > 1 then 'superseded'
            when not is_live then 'test_mode'
        end as ignore_reason
    from versioned
)

select * from subscriptions
