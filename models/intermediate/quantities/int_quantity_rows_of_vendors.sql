-- grain: one row per quantity_row_id
with

unit_counts as (
    select
        *,
        source_table || ':' || unit_count_id as quantity_row_id,
        max(synced_at) over (
            partition by
                entity_id, source_name, source_relation, vendor_name, client_reference,
                service_reference, count_date, licence_kind
        ) as last_synced_at
    from {{ from_sources('count_sources', 'unit_counts', columns_of='vendor_counts') }}
),

-- A vendor counts a client's units of one article and licence once a day. What was loaded later under
-- another id is that count read again and stands for the earlier; of equal counts of one load one
-- stands. Different counts of one load are parts, and each is counted.
read_again as (
    select
        *,
        (synced_at is distinct from last_synced_at) as is_earlier_reading,
        first_value(quantity_row_id) over (
            partition by
                entity_id, source_name, source_relation, vendor_name, client_reference,
                service_reference, count_date, licence_kind
            order by synced_at desc nulls last, quantity_row_id asc
        ) as last_row_id,
        first_value(quantity_row_id) over (
            partition by
                entity_id, source_name, source_relation, vendor_name, client_reference,
                service_reference, count_date, licence_kind, synced_at, quantity_millionths
            order by quantity_row_id asc
        ) as equal_row_id
    from unit_counts
),

vendor_rows as (
    select
        quantity_row_id,
        'vendor_count' as kind,
        entity_id,
        source_name,
        source_table,
        source_record_id,
        vendor_name,
        client_reference,
        service_reference,
        count_date as quantity_date,
        quantity_millionths,
        inactive_quantity_millionths,
        licence_kind,
        cancelled_on,
        is_estimated,
        unit_cost,
        cast(null as numeric(28, 10)) as unit_price,
        cast(null as {{ dbt.type_bigint() }}) as amount_minor,
        currency_code,
        cast(null as {{ dbt.type_string() }}) as invoice_id,
        cast(null as {{ dbt.type_string() }}) as invoice_line_id,
        cast(null as date) as service_start_date,
        cast(null as date) as service_end_date,
        cast(count_date as {{ dbt.type_timestamp() }}) as occurred_at,
        recorded_at,
        cast(null as {{ dbt.type_string() }}) as corrects_row_id,
        case
            when is_earlier_reading then last_row_id
            when equal_row_id <> quantity_row_id then equal_row_id
        end as duplicate_of_row_id,
        cast(null as {{ dbt.type_string() }}) as own_exclude_reason
    from read_again
)

select * from vendor_rows
