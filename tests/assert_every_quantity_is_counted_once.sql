-- Invariant: every accepted count, event and invoiced line is one row of int_quantity_rows (L1, L2).
-- Grain: kind, source, raw table.
-- A row: a table whose rows, quantities as landed or units of the service differ, with both sums.
-- Then: a join to the mappings repeats or drops rows; compare the record ids with int_source_rows.
with

landed as (
    select
        'metered' as kind,
        entity_id,
        source_name,
        source_table,
        '' as vendor_key,
        service_reference,
        {{ accounting_date('occurred_at', 'entity_timezone') }} as quantity_date,
        quantity_millionths
    from {{ from_sources('usage_sources', 'usage_events', columns_of='metering') }} as usage_events
    union all
    select
        'metered' as kind,
        entity_id,
        source_name,
        source_table,
        '' as vendor_key,
        coalesce(product_id, subscription_item_id) as service_reference,
        occurred_date as quantity_date,
        quantity_millionths
    from {{ ref('int_usage_records') }}
    union all
    select
        'vendor_count' as kind,
        entity_id,
        source_name,
        source_table,
        vendor_name as vendor_key,
        service_reference,
        count_date as quantity_date,
        quantity_millionths
    from {{ from_sources('count_sources', 'unit_counts', columns_of='vendor_counts') }} as counts
    union all
    select
        'invoiced' as kind,
        psa_lines.entity_id,
        psa_lines.source_name,
        psa_lines.source_table,
        '' as vendor_key,
        psa_lines.service_reference,
        psa_lines.service_start_date as quantity_date,
        psa_lines.quantity_millionths
    from {{ from_sources('psa_sources', 'invoice_quantities', columns_of='psa') }} as psa_lines
    inner join {{ ref('int_source_rows') }} as source_rows
        on
            psa_lines.source_name = source_rows.source_name
            and psa_lines.source_table = source_rows.source_table
            and psa_lines.entity_id = source_rows.entity_id
            and coalesce(psa_lines.source_relation, '') = coalesce(source_rows.source_relation, '')
            and psa_lines.source_record_id = source_rows.source_record_id
            and source_rows.state = 'accepted'
    union all
    -- Of billing's lines those of a product that somebody made a service; what is credited counts down.
    select
        'invoiced' as kind,
        invoice_lines.entity_id,
        invoice_lines.source_name,
        invoice_lines.source_table,
        '' as vendor_key,
        invoice_lines.product_id as service_reference,
        invoice_lines.service_start_date as quantity_date,
        case
            when invoice_lines.net_amount_minor < 0
                then -abs({{ millionths('invoice_lines.quantity') }})
            else {{ millionths('invoice_lines.quantity') }}
        end as quantity_millionths
    from {{ ref('int_invoice_lines') }} as invoice_lines
    where
        invoice_lines.quantity is not null
        and exists (
            select 1 as found
            from {{ ref('int_service_references') }} as services_of_products
            where
                services_of_products.entity_id = invoice_lines.entity_id
                and services_of_products.source_name = invoice_lines.source_name
                and services_of_products.reference = invoice_lines.product_id
                and services_of_products.mapping_class <> 'unmapped_service'
        )
),

landed_sums as (
    select
        landed.kind,
        landed.source_name,
        landed.source_table,
        count(*) as landed_rows,
        coalesce(sum(landed.quantity_millionths), 0) as landed_millionths,
        coalesce(
            sum(
                {{ wide_integer('landed.quantity_millionths') }}
                * service_references.units_millionths
            ), 0
        ) as landed_units
    from landed
    left join {{ ref('int_service_references') }} as service_references
        on
            landed.entity_id = service_references.entity_id
            and landed.source_name = service_references.source_name
            and landed.vendor_key = coalesce(service_references.vendor_name, '')
            and landed.service_reference = service_references.reference
            and landed.quantity_date >= service_references.valid_from
            and landed.quantity_date
            < coalesce(service_references.valid_to, cast('2999-12-31' as date))
    group by landed.kind, landed.source_name, landed.source_table
),

counted_sums as (
    select
        kind,
        source_name,
        source_table,
        count(*) as counted_rows,
        coalesce(sum(source_quantity_millionths), 0) as counted_millionths,
        coalesce(sum({{ wide_integer('quantity_millionths') }} * 1000000), 0) as counted_units
    from {{ ref('int_quantity_rows') }}
    group by kind, source_name, source_table
),

compared as (
    select
        coalesce(landed_sums.kind, counted_sums.kind) as kind,
        coalesce(landed_sums.source_name, counted_sums.source_name) as source_name,
        coalesce(landed_sums.source_table, counted_sums.source_table) as source_table,
        landed_sums.landed_rows,
        counted_sums.counted_rows,
        landed_sums.landed_millionths,
        counted_sums.counted_millionths,
        case
            when landed_sums.kind is null then 'landed_missing'
            when counted_sums.kind is null then 'counted_missing'
            when landed_sums.landed_rows <> counted_sums.counted_rows then 'rows_differ'
            when landed_sums.landed_millionths <> counted_sums.counted_millionths
                then 'quantities_differ'
            -- Each row is rounded once to a millionth, so half a millionth a row may lie between.
            when
                2 * abs(landed_sums.landed_units - counted_sums.counted_units)
                > landed_sums.landed_rows * 1000000
                then 'units_differ'
            else 'ok'
        end as status
    from landed_sums
    full outer join counted_sums
        on
            landed_sums.kind = counted_sums.kind
            and landed_sums.source_name = counted_sums.source_name
            and landed_sums.source_table = counted_sums.source_table
)

select *
from compared
where status <> 'ok'
