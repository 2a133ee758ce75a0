-- grain: one row per quantity_row_id
with

client_references as (
    select * from {{ ref('int_client_references') }}
),

service_references as (
    select * from {{ ref('int_service_references') }}
),

landed_rows as (
    select * from {{ ref('int_quantity_rows_of_meters') }}
    union all
    select * from {{ ref('int_quantity_rows_of_vendors') }}
    union all
    select * from {{ ref('int_quantity_rows_of_invoices') }}
),

named_rows as (
    select
        *,
        cast({{ dbt.date_trunc('month', 'quantity_date') }} as date) as period_start_date,
        {{ reference_id(
            "'client'", 'entity_id', 'source_name', 'vendor_name', 'client_reference'
        ) }} as client_reference_id,
        {{ reference_id(
            "'service'", 'entity_id', 'source_name', 'vendor_name', 'service_reference'
        ) }} as service_reference_id
    from landed_rows
),

-- A name means what it meant on the day of the quantity.
quantity_rows as (
    select
        named_rows.quantity_row_id,
        named_rows.kind,
        named_rows.entity_id,
        named_rows.source_name,
        named_rows.source_table,
        named_rows.source_record_id,
        named_rows.vendor_name,
        named_rows.client_reference,
        named_rows.service_reference,
        client_references.client_id,
        service_references.service_id,
        case
            when named_rows.own_exclude_reason is not null then 'excluded'
            when client_references.mapping_class = 'excluded' then 'excluded'
            when service_references.mapping_class = 'excluded' then 'excluded'
            when client_references.client_id is null and service_references.service_id is null
                then 'unmapped_both'
            when client_references.client_id is null then 'unmapped_client'
            when service_references.service_id is null then 'unmapped_service'
            else 'mapped'
        end as mapping_class,
        coalesce(
            named_rows.own_exclude_reason,
            client_references.exclude_reason,
            service_references.exclude_reason
        ) as exclude_reason,
        named_rows.quantity_date,
        named_rows.period_start_date,
        cast({{ dbt.dateadd('month', 1, 'named_rows.period_start_date') }} as date)
            as period_end_date,
        {{ service_quantity('named_rows.quantity_millionths') }} as quantity_millionths,
        {{ service_quantity('named_rows.inactive_quantity_millionths') }}
            as inactive_quantity_millionths,
        named_rows.quantity_millionths as source_quantity_millionths,
        service_references.units_millionths,
        named_rows.licence_kind,
        named_rows.cancelled_on,
        named_rows.is_estimated,
        {{ service_price('named_rows.unit_cost', 'service_references.units_millionths') }}
            as unit_cost,
        {{ service_price('named_rows.unit_price', 'service_references.units_millionths') }}
            as unit_price,
        named_rows.amount_minor,
        named_rows.currency_code,
        named_rows.invoice_id,
        named_rows.invoice_line_id,
        named_rows.service_start_date,
        named_rows.service_end_date,
        named_rows.occurred_at,
        named_rows.recorded_at,
        named_rows.corrects_row_id,
        named_rows.duplicate_of_row_id
    from named_rows
    left join client_references
        on
            named_rows.client_reference_id = client_references.reference_id
            and named_rows.quantity_date >= client_references.valid_from
            and (
                client_references.valid_to is null
                or named_rows.quantity_date < client_references.valid_to
            )
    left join service_references
        on
            named_rows.service_reference_id = service_references.reference_id
            and named_rows.quantity_date >= service_references.valid_from
            and (
                service_references.valid_to is null
                or named_rows.quantity_date < service_references.valid_to
            )
)

select * from quantity_rows
