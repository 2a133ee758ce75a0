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

-- Whoever counts seconds counts real ones: a wall clock gains or loses an hour twice a year. Days are
-- those of the company's own calendar.
clocked_lines as (
    select
        invoice_lines.invoice_line_id,
        invoice_lines.invoice_id,
        invoice_lines.net_amount_minor,
        prices.billing_interval,
        proration_conventions.convention,
        proration_conventions.is_own,
        case proration_conventions.convention
            when 'by_second' then cast(invoice_lines.service_start_at as date)
            else invoice_lines.service_start_date
        end as start_date,
        {{ second_of_day('invoice_lines.service_start_at') }}
            as start_second,
        case proration_conventions.convention
            when 'by_second' then cast(invoice_lines.service_end_at as date)
            else invoice_lines.service_end_date
        end as end_date,
        {{ second_of_day('invoice_lines.service_end_at') }}
            as end_second
    from invoice_lines
    inner join prices
        on invoice_lines.price_id = prices.price_id
    inner join proration_conventions
        on invoice_lines.source_name = proration_conventions.source_name
),

-- A change in mid-period leaves the rest of the period: the whole ends where the line ends and is one
-- interval of its price long.
lines_with_periods as (
    select
        *,
        case billing_interval
            when 'day' then cast({{ dbt.dateadd('day', -1, 'end_date') }} as date)
            when 'week' then cast({{ dbt.dateadd('day', -7, 'end_date') }} as date)
            when 'month' then cast({{ dbt.dateadd('month', -1, 'end_date') }} as date)
            when 'year' then cast({{ dbt.dateadd('month', -12, 'end_date') }} as date)
        end as period_start_date
    from clocked_lines
),

-- How much of the whole is left, counted each way. A whole that starts after its part is none.
prorated_lines as (
    select
        invoice_line_id,
        invoice_id,
        convention,
        is_own,
        net_amount_minor,
        {{ units_of_proration(
            'convention', 'start_date', 'start_second', 'end_date', 'end_second'
        ) }} as part_units,
        {{ units_of_proration(
            'convention', 'period_start_date', 'end_second', 'end_date', 'end_second'
        ) }} as whole_units
    from lines_with_periods
    where period_start_date <= start_date
)

select * from prorated_lines
