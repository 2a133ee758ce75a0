-- grain: one row per span_id, month_start
with

recurring_lines as (
    select * from {{ ref('int_recurring_lines') }}
),

months as (
    select * from {{ ref('int_months') }}
),

-- Lines share their spans of service, so a span is laid out once; before its booking too, for service
-- in arrears recurs in its own months.
spans as (
    select distinct
        span_id,
        convention,
        service_start_date,
        service_start_second,
        service_end_date,
        service_end_second
    from recurring_lines
),

served as (
    select
        spans.*,
        months.month_start,
        months.month_end,
        months.next_month_start,
        {{ units_served(
            'spans.convention',
            'spans.service_start_date',
            'spans.service_start_second',
            'spans.service_end_date',
            'spans.service_end_second',
            'months.month_start'
        ) }} as served_at_start,
        {{ units_served(
            'spans.convention',
            'spans.service_start_date',
            'spans.service_start_second',
            'spans.service_end_date',
            'spans.service_end_second',
            'months.next_month_start'
        ) }} as served_at_end,
        {{ units_of_service(
            'spans.convention',
            'spans.service_start_date',
            'spans.service_start_second',
            'spans.service_end_date',
            'spans.service_end_second'
        ) }} as total_units
    from spans
    inner join months
        on
            spans.service_start_date < months.next_month_start
            and (
                spans.service_end_date > months.month_start
                or (
                    spans.service_end_date = months.month_start
                    and spans.service_end_second > 0
                )
            )
),

-- Even months are whole whenever they are touched; any other month is whole when service covers it.
recurring_span_months as (
    select
        span_id,
        month_start,
        month_end,
        cast(served_at_start as bigint) as served_at_start,
        cast(served_at_end as bigint) as served_at_end,
        cast(total_units as bigint) as total_units,
        case
            when convention = 'even_months' then served_at_end > served_at_start
            else
                {{ seconds_between(
                    'service_start_date', 'service_start_second', 'month_start', 0
                ) }} >= 0
                and service_end_date >= next_month_start
        end as is_whole_month
    from served
)

select * from recurring_span_months
