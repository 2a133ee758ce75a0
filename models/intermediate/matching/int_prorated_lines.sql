-- grain: one row per invoice_line_id, convention
with

invoice_lines as (
    select * from {{ ref('int_invoice_lines') }}
    where is_proration and net_amount_minor <> 0
),

prices as (
    select * from {{ ref('int_prices') }}
),

proration_conventions as (
    select * from {{ ref('proration_conventions') }}
),

-- A change in mid-period leaves the rest of the period: the whole ends where the line ends and is one
-- interval of its price long.
lines_with_periods as (
    select
        invoice_lines.*,
        case prices.billing_interval
            when 'day'
                then cast({{ dbt.dateadd('day', -1, 'invoice_lines.service_end_date') }} as date)
            when 'week'
                then cast({{ dbt.dateadd('day', -7, 'invoice_lines.service_end_date') }} as date)
            when 'month'
                then cast({{ dbt.dateadd('month', -1, 'invoice_lines.service_end_date') }} as date)
            when 'year'
                then cast({{ dbt.dateadd('month', -12, 'invoice_lines.service_end_date') }} as date)
        end as period_start_date
    from invoice_lines
    inner join prices
        on invoice_lines.price_id = prices.price_id
),

-- How much of the whole is left, counted each way. A whole that starts after its part is none.
prorated_lines as (
    select
        lines_with_periods.invoice_line_id,
        lines_with_periods.invoice_id,
        proration_conventions.convention,
        proration_conventions.is_own,
        lines_with_periods.net_amount_minor,
        {{ units_of_proration(
            'proration_conventions.convention',
            'lines_with_periods.service_start_date',
            'lines_with_periods.service_start_second',
            'lines_with_periods.service_end_date',
            'lines_with_periods.service_end_second'
        ) }} as part_units,
        {{ units_of_proration(
            'proration_conventions.convention',
            'lines_with_periods.period_start_date',
            'lines_with_periods.service_end_second',
            'lines_with_periods.service_end_date',
            'lines_with_periods.service_end_second'
        ) }} as whole_units
    from lines_with_periods
    inner join proration_conventions
        on lines_with_periods.source_name = proration_conventions.source_name
    where lines_with_periods.period_start_date <= lines_with_periods.service_start_date
)

select * from prorated_lines
