-- grain: one row per span_id
with

recurring_lines as (
    select * from {{ ref('int_recurring_lines') }}
),

-- Lines share their spans of service, so a span is measured once.
spans as (
    select
        span_id,
        convention,
        service_start_date,
        service_start_second,
        service_end_date,
        service_end_second,
        cast({{ dbt.date_trunc('month', 'service_end_date') }} as date) as last_month_start,
        case
            when
                service_start_second = 0
                and cast({{ dbt.date_trunc('month', 'service_start_date') }} as date)
                = service_start_date
                then service_start_date
            else cast({{ dbt.dateadd(
                'month', 1, dbt.date_trunc('month', 'service_start_date')
            ) }} as date)
        end as first_full_month_start
    from recurring_lines
    group by
        span_id,
        convention,
        service_start_date,
        service_start_second,
        service_end_date,
        service_end_second
),

measured as (
    select
        *,
        cast({{ dbt.datediff(
            'service_start_date', 'service_end_date', 'day'
        ) }} as bigint) as span_days,
        cast({{ dbt.datediff(
            'service_start_date', 'first_full_month_start', 'day'
        ) }} as bigint) as first_part_days,
        cast({{ dbt.datediff(
            'last_month_start', 'service_end_date', 'day'
        ) }} as bigint) as last_part_days,
        greatest(0, {{ dbt.datediff(
            'first_full_month_start', 'last_month_start', 'month'
        ) }}) as full_months,
        {{ dbt.datediff(
            'service_start_date', 'service_end_date', 'month'
        ) }} as months_touched
    from spans
),

in_seconds as (
    select
        *,
        span_days * 86400 + service_end_second - service_start_second as span_seconds,
        first_part_days * 86400 - service_start_second as first_part_seconds,
        last_part_days * 86400 + service_end_second as last_part_seconds
    from measured
),

-- A span of less than a month with prorated ends has no middle: it is served by the second.
recurring_spans as (
    select
        span_id,
        convention,
        service_start_date,
        service_start_second,
        service_end_date,
        service_end_second,
        first_full_month_start,
        last_month_start,
        full_months,
        span_seconds,
        first_part_seconds,
        case
            when convention = 'even_months_prorated_ends' and full_months = 0 then 'by_second'
            else convention
        end as measured_convention,
        case
            when convention = 'daily' then greatest(1, span_days)
            when convention = 'even_months' then greatest(1, months_touched)
            when convention = 'even_months_prorated_ends' and full_months > 0
                then full_months * span_seconds
            else greatest(1, span_seconds)
        end as total_units,
        span_seconds - first_part_seconds - last_part_seconds as middle_units
    from in_seconds
)

select * from recurring_spans
