-- grain: one row per source_relation, source_record_id, version_number
with

landed as (
    select * from {{ raw('stripe', 'meter_event_summary') }}
),

typed as (
    select
        {{ trimmed('source_relation') }} as source_relation,
        {{ trimmed('id') }} as source_record_id,
        {{ trimmed('meter_name') }} as meter_name,
        {{ trimmed('customer_id') }} as client_reference,
        {{ millionths('aggregated_value') }} as quantity_millionths,
        {{ utc_timestamp('start_time') }} as occurred_at,
        {{ utc_timestamp('end_time') }} as ended_at,
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
                synced_at desc nulls last, quantity_millionths desc nulls last, occurred_at asc,
                ended_at asc, meter_name asc, client_reference asc, is_live asc
        ) as version_number
    from typed
),

-- A window's total is an event of the day on which the window begins; the meter knows it when the
-- window ends. A meter counts one thing, so it is the service.
usage_events as (
    select
        {{ prefixed_id('stripe', 'source_relation', 'source_record_id') }} as usage_event_id,
        meter_name,
        client_reference,
        meter_name as service_reference,
        quantity_millionths,
        occurred_at,
        ended_at,
        cast(null as {{ dbt.type_string() }}) as corrects_usage_event_id,
        'stripe' as source_name,
        'meter_event_summary' as source_table,
        source_record_id,
        source_relation,
        version_number,
        ended_at as recorded_at,
        synced_at,
        case
            when source_record_id is null then 'missing_key'
            when client_reference is null then 'missing_client'
            when meter_name is null then 'missing_service'
            when quantity_millionths is null then 'unreadable_quantity'
            when occurred_at is null or ended_at is null or ended_at < occurred_at
                then 'unreadable_time'
        end as quarantine_reason,
        case
            when source_record_id is not null and version_number > 1 then 'superseded'
            when not is_live then 'test_mode'
        end as ignore_reason
    from versioned
)

select * from usage_events
