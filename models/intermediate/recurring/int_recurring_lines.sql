-- grain: one row per obligation_id
with

obligations as (
    select * from {{ ref('int_obligations') }}
),

invoice_lines as (
    select * from {{ ref('int_invoice_lines') }}
),

prices as (
    select * from {{ ref('int_prices') }}
),

-- A subscription stops counting on the day it ends, however long what was paid for is earned.
subscription_ends as (
    select * from {{ ref('int_subscription_ends') }}
),

-- Only service delivered over time has a rate; what is earned at one moment has none.
measured as (
    select
        obligations.*,
        subscription_ends.ended_date,
        greatest(1, {{ dbt.datediff(
            'obligations.service_start_date', 'obligations.service_end_date', 'day'
        ) }}) as service_days,
        {{ dbt.datediff(
            'obligations.service_start_date', 'obligations.service_end_date', 'month'
        ) }} as service_months,
        {{ dbt.datediff(
            dbt.dateadd(
                'month', "case when prices.billing_interval = 'year' then -12 else -1 end",
                'invoice_lines.service_end_at'
            ), 'invoice_lines.service_end_at', 'second'
        ) }} as period_seconds,
        case when prices.billing_interval = 'year' then 12 else 1 end as period_months,
        greatest(1, {{ dbt.datediff(
            'invoice_lines.service_start_at', 'invoice_lines.service_end_at', 'second'
        ) }}) as service_seconds
    from obligations
    inner join invoice_lines
        on obligations.obligation_id = invoice_lines.invoice_line_id
    left join prices
        on invoice_lines.price_id = prices.price_id
    left join subscription_ends
        on obligations.subscription_id = subscription_ends.subscription_id
    where
        obligations.line_type = 'subscription'
        and obligations.convention in (
            'daily', 'by_second', 'even_months', 'even_months_prorated_ends'
        )
),

-- From the 31st to the 28th is a month as well, on whichever side the short month lies.
compared as (
    select
        *,
        service_months > 0
        and (
            cast({{ dbt.dateadd('month', 'service_months', 'service_start_date') }} as date)
            = service_end_date
            or cast({{ dbt.dateadd('month', '-service_months', 'service_end_date') }} as date)
            = service_start_date
        ) as has_whole_months
    from measured
),

-- The rate of a month is amount * numerator / denominator. A proration is a part of the period of
-- its price, by the second, and both end together. Weeks and days are turned by 365 days a year.
recurring_lines as (
    select
        obligation_id,
        entity_id,
        customer_id,
        currency_code,
        {{ dbt.concat([
            'convention', "':'", 'cast(service_start_date as ' ~ dbt.type_string() ~ ')', "':'",
            'cast(service_start_second as ' ~ dbt.type_string() ~ ')', "':'",
            'cast(service_end_date as ' ~ dbt.type_string() ~ ')', "':'",
            'cast(service_end_second as ' ~ dbt.type_string() ~ ')'
        ]) }} as span_id,
        convention,
        booked_month,
        as_of_date,
        service_start_date,
        service_end_date,
        service_start_second,
        service_end_second,
        ended_date,
        is_proration,
        case
            when is_proration then period_seconds
            when has_whole_months then 1
            else 365
        end as rate_numerator,
        case
            when is_proration then period_months * service_seconds
            when has_whole_months then service_months
            else 12 * service_days
        end as rate_denominator
    from compared
)

select * from recurring_lines
