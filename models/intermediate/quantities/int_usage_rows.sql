-- grain: one row per quantity_row_id
with

-- A count or an event that landed twice is used once. An invoice that says a thing twice bills it
-- twice, so its copies stay.
quantity_rows as (
    select * from {{ ref('int_quantity_rows') }}
    where kind = 'invoiced' or duplicate_of_row_id is null
),

-- What has no client or service keeps the name it came with, so that two of them never net.
usage_rows as (
    select
        quantity_row_id,
        kind,
        entity_id,
        source_name,
        coalesce(vendor_name, source_name) as vendor_name,
        client_id,
        service_id,
        case when client_id is null then coalesce(client_reference, '') end as client_reference,
        case when service_id is null then coalesce(service_reference, '') end as service_reference,
        {{ usage_key('client_id', 'source_name', 'client_reference') }} as client_key,
        {{ usage_key('service_id', 'source_name', 'service_reference') }} as service_key,
        mapping_class,
        quantity_date,
        period_start_date,
        quantity_millionths,
        inactive_quantity_millionths,
        licence_kind,
        cancelled_on,
        coalesce(is_estimated, false) as is_estimated,
        unit_cost,
        unit_price,
        amount_minor,
        currency_code,
        invoice_id,
        invoice_line_id,
        service_start_date,
        service_end_date,
        recorded_at
    from quantity_rows
)

select * from usage_rows
