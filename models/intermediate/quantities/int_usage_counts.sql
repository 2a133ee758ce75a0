-- grain: one row per entity_id, client_key, service_key, period_start_date, context_class
with

count_units as (
    select * from {{ ref('int_usage_count_units') }}
),

context_classes as (
    select * from {{ ref('usage_context_classes') }}
),

-- A day on which the vendor counted somebody is a day on which it counted nobody else's units too:
-- who is missing that day had none.
vendor_days as (
    select
        entity_id,
        vendor_name,
        period_start_date,
        count(distinct quantity_date) as day_count,
        max(quantity_date) as last_date
    from count_units
    group by entity_id, vendor_name, period_start_date
),

by_vendor as (
    select
        count_units.entity_id,
        count_units.client_key,
        count_units.service_key,
        count_units.vendor_name,
        count_units.period_start_date,
        count_units.context_class,
        coalesce(max(context_classes.precedence), 1000000) as class_order,
        max(vendor_days.day_count) as day_count,
        sum(count_units.quantity_millionths) as unit_days_millionths,
        sum(case
            when count_units.quantity_date = vendor_days.last_date
                then count_units.quantity_millionths
            else 0
        end) as last_millionths,
        max(count_units.quantity_millionths) as maximum_millionths,
        max(case when count_units.is_estimated then 1 else 0 end) as estimated_flag,
        max(count_units.unit_cost) as unit_cost,
        max(count_units.currency_code) as currency_code
    from count_units
    inner join vendor_days
        on
            count_units.entity_id = vendor_days.entity_id
            and count_units.vendor_name = vendor_days.vendor_name
            and count_units.period_start_date = vendor_days.period_start_date
    left join context_classes
        on count_units.context_class = context_classes.context_class
    group by
        count_units.entity_id,
        count_units.client_key,
        count_units.service_key,
        count_units.vendor_name,
        count_units.period_start_date,
        count_units.context_class
),

-- Only what runs up is rounded, so the classes sum to the average of all.
running as (
    select
        *,
        sum(unit_days_millionths) over (
            partition by entity_id, client_key, service_key, vendor_name, period_start_date
            order by class_order asc, context_class asc
            rows between unbounded preceding and current row
        ) as running_millionths
    from by_vendor
),

usage_counts as (
    select
        entity_id,
        client_key,
        service_key,
        period_start_date,
        context_class,
        min(class_order) as class_order,
        cast(sum(
            {{ round_ratio('running_millionths', '1', 'day_count') }}
            - {{ round_ratio('(running_millionths - unit_days_millionths)', '1', 'day_count') }}
        ) as {{ dbt.type_bigint() }}) as average_millionths,
        cast(sum(last_millionths) as {{ dbt.type_bigint() }}) as last_millionths,
        cast(sum(maximum_millionths) as {{ dbt.type_bigint() }}) as maximum_millionths,
        max(estimated_flag) = 1 as is_estimated,
        max(unit_cost) as unit_cost,
        max(currency_code) as currency_code
    from running
    group by entity_id, client_key, service_key, period_start_date, context_class
)

select * from usage_counts
