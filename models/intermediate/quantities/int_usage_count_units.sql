-- grain: one row per entity_id, client_key, service_key, vendor_name, quantity_date, context_class
with

counts as (
    select * from {{ ref('int_usage_rows') }}
    where kind = 'vendor_count' and mapping_class <> 'excluded'
),

context_classes as (
    select * from {{ ref('usage_context_classes') }}
),

-- Each unit is in one class: by its licence, else because it was cancelled a short while ago, else
-- because nobody works with it. What is in none has the class none.
classed as (
    select
        counts.*,
        case
            when counts.licence_kind = 'temporary' then 'temporary_licence'
            when counts.licence_kind = 'trial' then 'trial'
            when counts.licence_kind = 'internal' then 'internal_use'
            when
                counts.cancelled_on <= counts.quantity_date
                and counts.quantity_date < cast({{ dbt.dateadd(
                    'day', 'coalesce(recently_cancelled.days, 0)', 'counts.cancelled_on'
                ) }} as date)
                then 'recently_cancelled'
            else 'none'
        end as row_class
    from counts
    left join context_classes as recently_cancelled
        on recently_cancelled.context_class = 'recently_cancelled'
),

parts as (
    select
        entity_id,
        client_key,
        service_key,
        vendor_name,
        quantity_date,
        period_start_date,
        row_class as context_class,
        case
            when row_class = 'none'
                then quantity_millionths - coalesce(inactive_quantity_millionths, 0)
            else quantity_millionths
        end as quantity_millionths,
        is_estimated,
        unit_cost,
        currency_code
    from classed
    union all
    select
        entity_id,
        client_key,
        service_key,
        vendor_name,
        quantity_date,
        period_start_date,
        'inactive_seat' as context_class,
        inactive_quantity_millionths as quantity_millionths,
        is_estimated,
        unit_cost,
        currency_code
    from classed
    where row_class = 'none' and inactive_quantity_millionths > 0
),

usage_count_units as (
    select
        entity_id,
        client_key,
        service_key,
        vendor_name,
        quantity_date,
        context_class,
        min(period_start_date) as period_start_date,
        cast(sum(quantity_millionths) as {{ dbt.type_bigint() }}) as quantity_millionths,
        max(case when is_estimated then 1 else 0 end) = 1 as is_estimated,
        max(unit_cost) as unit_cost,
        max(currency_code) as currency_code
    from parts
    group by entity_id, client_key, service_key, vendor_name, quantity_date, context_class
)

select * from usage_count_units
