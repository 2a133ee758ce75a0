-- grain: one row per source_relation, source_record_id, version_number
with

landed as (
    select * from {{ raw('metering', 'usage_event') }}
),

typed as (
    select
        {{ trimmed('source_relation') }} as source_relation,
        {{ trimmed('event_id') }} as source_record_id,
        {{ trimmed('meter_name') }} as meter_name,
        {{ trimmed('client_reference') }} as client_reference,
        -- A meter that names no service counts one thing: the meter is the service.
        coalesce({{ trimmed('service_reference') }}, {{ trimmed('meter_name') }})
            as service_reference,
        {{ millionths('quantity') }} as quantity_millionths,
        {{ utc_timestamp('occurred_at') }} as occurred_at,
        coalesce({{ utc_timestamp('recorded_at') }}, {{ utc_timestamp('occurred_at') }})
            as recorded_at,
        recorded_at is not null and {{ utc_timestamp('recorded_at') }} is null
            as has_unreadable_recording,
        {{ trimmed('corrects_event_id') }} as corrected_record_id,
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
                quantity_millionths desc nulls last, meter_name asc, client_reference asc,
                service_reference asc, corrected_record_id asc
        ) as version_number
    from typed
),

usage_events as (
    select
        {{ prefixed_id('metering', 'source_relation', 'source_record_id') }} as usage_event_id,
        meter_name,
        client_reference,
        service_reference,
        quantity_millionths,
        occurred_at,
        occurred_at as ended_at,
        {{ prefixed_id('metering', 'source_relation', 'corrected_record_id') }}
            as corrects_usage_event_id,
        'metering' as source_name,
        'usage_event' as source_table,
        source_record_id,
        source_relation,
        version_number,
        recorded_at,
        synced_at,
        case
            when source_record_id is null then 'missing_key'
            when client_reference is null then 'missing_client'
            when service_reference is null then 'missing_service'
            when quantity_millionths is null then 'unreadable_quantity'
            when occurred_at is null or has_unreadable_recording then 'unreadable_time'
        end as quarantine_reason,
        case
            when source_record_id is not null and version_number > 1 then 'superseded'
        end as ignore_reason
    from versioned
)

select * from usage_events
