-- grain: one row per quantity_row_id
with

usage_events as (
    select
        *,
        corrects_usage_event_id is null and quantity_millionths > 0 as can_be_copy
    from {{ from_sources('usage_sources', 'usage_events', columns_of='metering') }}
),

usage_records as (
    select * from {{ ref('int_usage_records') }}
),

-- One meter measures one use of one thing by one client once: the same quantity at the same instant
-- under another id is the same use sent again. That holds only for what adds usage: corrections of
-- one moment may well be alike, and each takes its own part back. Nothing is dropped: a copy keeps
-- its row and names the event that counts, the one that the meter learned of first.
counted_first as (
    select
        *,
        first_value(usage_event_id) over (
            partition by
                entity_id, source_name, source_relation, meter_name, client_reference,
                service_reference, quantity_millionths, occurred_at, ended_at, can_be_copy
            order by recorded_at asc, usage_event_id asc
        ) as first_usage_event_id
    from usage_events
),

measured as (
    select
        source_table || ':' || usage_event_id as quantity_row_id,
        entity_id,
        source_name,
        source_table,
        source_record_id,
        client_reference,
        service_reference,
        {{ accounting_date('occurred_at', 'entity_timezone') }} as quantity_date,
        quantity_millionths,
        occurred_at,
        recorded_at,
        source_table || ':' || corrects_usage_event_id as corrects_row_id,
        case
            when can_be_copy and first_usage_event_id <> usage_event_id
                then source_table || ':' || first_usage_event_id
        end as duplicate_of_row_id
    from counted_first
    union all
    -- What is recorded for a subscription item is billed as it is recorded, twice if twice.
    select
        source_table || ':' || usage_record_id as quantity_row_id,
        entity_id,
        source_name,
        source_table,
        source_record_id,
        coalesce(customer_id, subscription_item_id) as client_reference,
        coalesce(product_id, subscription_item_id) as service_reference,
        occurred_date as quantity_date,
        quantity_millionths,
        occurred_at,
        recorded_at,
        cast(null as {{ dbt.type_string() }}) as corrects_row_id,
        cast(null as {{ dbt.type_string() }}) as duplicate_of_row_id
    from usage_records
),

metered_rows as (
    select
        quantity_row_id,
        'metered' as kind,
        entity_id,
        source_name,
        source_table,
        source_record_id,
        cast(null as {{ dbt.type_string() }}) as vendor_name,
        client_reference,
        service_reference,
        quantity_date,
        quantity_millionths,
        cast(null as {{ dbt.type_bigint() }}) as inactive_quantity_millionths,
        cast(null as {{ dbt.type_string() }}) as licence_kind,
        cast(null as date) as cancelled_on,
        false as is_estimated,
        cast(null as numeric(28, 10)) as unit_cost,
        cast(null as numeric(28, 10)) as unit_price,
        cast(null as {{ dbt.type_bigint() }}) as amount_minor,
        cast(null as {{ dbt.type_string() }}) as currency_code,
        cast(null as {{ dbt.type_string() }}) as invoice_id,
        cast(null as {{ dbt.type_string() }}) as invoice_line_id,
        cast(null as date) as service_start_date,
        cast(null as date) as service_end_date,
        occurred_at,
        recorded_at,
        corrects_row_id,
        duplicate_of_row_id,
        cast(null as {{ dbt.type_string() }}) as own_exclude_reason
    from measured
)

select * from metered_rows
