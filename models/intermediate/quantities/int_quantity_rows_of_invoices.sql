-- grain: one row per quantity_row_id
with

lines as (
    select
        source_table || ':' || invoice_line_id as quantity_row_id,
        entity_id,
        source_name,
        source_table,
        source_record_id,
        customer_id as client_reference,
        product_id as service_reference,
        quantity_millionths,
        cast(null as numeric(28, 10)) as unit_price,
        net_amount_minor as amount_minor,
        currency_code,
        invoice_id,
        invoice_line_id,
        service_start_date,
        service_end_date,
        recorded_at,
        own_exclude_reason
    from {{ ref('int_billed_quantity_lines') }}
    union all
    -- The quantities of an invoice that billing carries as one line, where they come to its net total.
    select
        source_table || ':' || invoice_quantity_id as quantity_row_id,
        entity_id,
        source_name,
        source_table,
        source_record_id,
        client_reference,
        service_reference,
        quantity_millionths,
        unit_price,
        amount_minor,
        currency_code,
        invoice_id,
        invoice_quantity_id as invoice_line_id,
        service_start_date,
        service_end_date,
        recorded_at,
        case when is_voided then 'invoice_voided' end as own_exclude_reason
    from {{ ref('int_itemised_invoice_lines') }}
    where quarantine_reason is null
),

invoiced_rows as (
    select
        quantity_row_id,
        'invoiced' as kind,
        entity_id,
        source_name,
        source_table,
        source_record_id,
        cast(null as {{ dbt.type_string() }}) as vendor_name,
        client_reference,
        service_reference,
        service_start_date as quantity_date,
        quantity_millionths,
        cast(null as {{ dbt.type_bigint() }}) as inactive_quantity_millionths,
        cast(null as {{ dbt.type_string() }}) as licence_kind,
        cast(null as date) as cancelled_on,
        false as is_estimated,
        cast(null as numeric(28, 10)) as unit_cost,
        unit_price,
        amount_minor,
        currency_code,
        invoice_id,
        invoice_line_id,
        service_start_date,
        service_end_date,
        cast(null as {{ dbt.type_timestamp() }}) as occurred_at,
        recorded_at,
        cast(null as {{ dbt.type_string() }}) as corrects_row_id,
        cast(null as {{ dbt.type_string() }}) as duplicate_of_row_id,
        own_exclude_reason
    from lines
)

select * from invoiced_rows
