-- grain: one row per completeness_id
with

event_classes as (
    select
        *,
        {{ usage_key('client_id', 'source_name', 'client_reference') }} as client_key
    from {{ ref('int_usage_event_classes') }}
),

usage_completeness as (
    select
        entity_id || '|' || source_name || '|' || coalesce(service_reference, '') || '|'
        || client_key || '|' || cast(period_start_date as {{ dbt.type_string() }})
            as completeness_id,
        entity_id,
        source_name,
        coalesce(service_reference, '') as meter_name,
        max(client_id) as client_id,
        max(service_id) as service_id,
        period_start_date,
        cast(count(*) as bigint) as event_count,
        cast(sum(case when event_class = 'invoiced' then 1 else 0 end) as bigint)
            as invoiced_event_count,
        cast(sum(case when event_class = 'not_invoiced' then 1 else 0 end) as bigint)
            as not_invoiced_event_count,
        cast(sum(case when event_class = 'pending' then 1 else 0 end) as bigint)
            as pending_event_count,
        cast(sum(case when event_class = 'late' then 1 else 0 end) as bigint) as late_event_count,
        cast(sum(case when event_class = 'duplicate' then 1 else 0 end) as bigint)
            as duplicate_event_count,
        cast(sum(case when event_class = 'correction' then 1 else 0 end) as bigint)
            as correction_event_count,
        cast(sum(case when event_class = 'unmapped' then 1 else 0 end) as bigint)
            as unmapped_event_count,
        cast(sum(case when event_class = 'excluded' then 1 else 0 end) as bigint)
            as excluded_event_count,
        {{ quantity_units('sum(quantity_millionths)') }} as quantity,
        {{ quantity_units(
            "sum(case when event_class = 'invoiced' then quantity_millionths else 0 end)"
        ) }} as invoiced_quantity,
        {{ quantity_units(
            "sum(case when event_class = 'not_invoiced' then quantity_millionths else 0 end)"
        ) }} as not_invoiced_quantity,
        {{ quantity_units(
            "sum(case when event_class = 'pending' then quantity_millionths else 0 end)"
        ) }} as pending_quantity,
        {{ quantity_units(
            "sum(case when event_class = 'late' then quantity_millionths else 0 end)"
        ) }} as late_quantity,
        {{ quantity_units(
            "sum(case when event_class = 'duplicate' then quantity_millionths else 0 end)"
        ) }} as duplicate_quantity,
        {{ quantity_units(
            "sum(case when event_class = 'correction' then quantity_millionths else 0 end)"
        ) }} as correction_quantity,
        {{ quantity_units(
            "sum(case when event_class = 'unmapped' then quantity_millionths else 0 end)"
        ) }} as unmapped_quantity,
        {{ quantity_units(
            "sum(case when event_class = 'excluded' then quantity_millionths else 0 end)"
        ) }} as excluded_quantity
    from event_classes
    group by entity_id, source_name, coalesce(service_reference, ''), client_key, period_start_date
)

select * from usage_completeness
