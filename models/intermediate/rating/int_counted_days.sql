-- grain: one row per entity_id, client_id, service_id, count_date
with

quantity_rows as (
    select * from {{ ref('int_quantity_rows') }}
    where
        kind = 'vendor_count'
        and mapping_class = 'mapped'
        and duplicate_of_row_id is null
),

vendor_count_days as (
    select * from {{ ref('int_vendor_count_days') }}
),

vendors_of_services as (
    select
        entity_id,
        source_name,
        vendor_name,
        client_id,
        service_id
    from quantity_rows
    group by
        entity_id,
        source_name,
        vendor_name,
        client_id,
        service_id
),

-- A service that a vendor has counted once is counted as none on days when its list leaves it out.
-- Units that a vendor still lists after their end, and units of another kind than the sold one, are
-- nobody's bill.
listed as (
    select
        vendors_of_services.entity_id,
        vendors_of_services.client_id,
        vendors_of_services.service_id,
        vendor_count_days.count_date,
        coalesce(quantity_rows.quantity_millionths, 0) as quantity_millionths,
        coalesce(quantity_rows.inactive_quantity_millionths, 0) as inactive_millionths,
        case
            when quantity_rows.licence_kind in ('temporary', 'trial', 'internal')
                then quantity_rows.licence_kind
            when quantity_rows.cancelled_on <= vendor_count_days.count_date then 'cancelled'
            else 'billable'
        end as unit_class,
        vendor_count_days.is_carried or coalesce(quantity_rows.is_estimated, false)
            as is_estimated
    from vendors_of_services
    inner join vendor_count_days
        on
            vendors_of_services.entity_id = vendor_count_days.entity_id
            and vendors_of_services.source_name = vendor_count_days.source_name
            and vendors_of_services.vendor_name = vendor_count_days.vendor_name
    left join quantity_rows
        on
            vendors_of_services.entity_id = quantity_rows.entity_id
            and vendors_of_services.source_name = quantity_rows.source_name
            and vendors_of_services.vendor_name = quantity_rows.vendor_name
            and vendors_of_services.client_id = quantity_rows.client_id
            and vendors_of_services.service_id = quantity_rows.service_id
            and vendor_count_days.listed_date = quantity_rows.quantity_date
),

counted_days as (
    select
        entity_id,
        client_id,
        service_id,
        count_date,
        cast(sum(
            case when unit_class = 'billable' then quantity_millionths else 0 end
        ) as bigint) as billable_millionths,
        cast(sum(
            case when unit_class = 'temporary' then quantity_millionths else 0 end
        ) as bigint) as temporary_millionths,
        cast(sum(
            case when unit_class = 'trial' then quantity_millionths else 0 end
        ) as bigint) as trial_millionths,
        cast(sum(
            case when unit_class = 'internal' then quantity_millionths else 0 end
        ) as bigint) as internal_millionths,
        cast(sum(
            case when unit_class = 'cancelled' then quantity_millionths else 0 end
        ) as bigint) as cancelled_millionths,
        cast(sum(
            case when unit_class = 'billable' then inactive_millionths else 0 end
        ) as bigint) as inactive_millionths,
        (max(case when is_estimated then 1 else 0 end) = 1) as is_estimated
    from listed
    group by
        entity_id,
        client_id,
        service_id,
        count_date
)

select * from counted_days
