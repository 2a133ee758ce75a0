-- Invariant: the long-term part of deferred revenue is what is still deferred twelve months later.
-- Grain: entity, currency, month.
-- A row: a month whose long-term part differs from what the schedule leaves a year on.
-- Then: compare int_long_term_deferred with int_recognition_by_month twelve months later.
with

-- A line that nothing has changed is held against its schedule; what a reduction or a stop has
-- touched is taken as it is.
touched as (
    select obligation_id
    from {{ ref('int_reduction_effects_by_month') }}
    union distinct
    select obligation_id
    from {{ ref('int_service_stops') }}
    union distinct
    select obligation_id
    from {{ ref('int_obligations') }}
    where convention = 'on_drawdown'
),

a_year_on as (
    select
        obligation_id,
        cast({{ dbt.dateadd('month', -12, 'month_start') }} as date) as month_start,
        deferred_amount_minor
    from {{ ref('int_recognition_by_month') }}
),

long_term as (
    select
        obligations.entity_id,
        obligations.currency_code,
        a_year_on.month_start,
        a_year_on.deferred_amount_minor as amount_minor
    from a_year_on
    inner join {{ ref('int_obligations') }} as obligations
        on
            a_year_on.obligation_id = obligations.obligation_id
            and a_year_on.month_start >= obligations.booked_month
            and obligations.booked_date <= obligations.as_of_date
    left join touched
        on a_year_on.obligation_id = touched.obligation_id
    where touched.obligation_id is null
    union all
    select
        parts.entity_id,
        parts.currency_code,
        parts.month_start,
        parts.long_term_amount_minor as amount_minor
    from {{ ref('int_long_term_deferred') }} as parts
    inner join touched
        on parts.obligation_id = touched.obligation_id
),

by_month as (
    select
        long_term.entity_id,
        long_term.currency_code,
        long_term.month_start,
        sum({{ major_units('long_term.amount_minor', 'currencies.exponent') }})
            as long_term_amount
    from long_term
    inner join {{ ref('currencies') }} as currencies
        on long_term.currency_code = currencies.currency_code
    group by
        long_term.entity_id,
        long_term.currency_code,
        long_term.month_start
),

compared as (
    select
        rollforward.entity_id,
        rollforward.currency_code,
        rollforward.month_start,
        rollforward.closing_amount,
        rollforward.long_term_closing_amount,
        coalesce(by_month.long_term_amount, 0) as long_term_amount
    from {{ ref('rpt_deferred_revenue_rollforward_by_currency') }} as rollforward
    left join by_month
        on
            rollforward.entity_id = by_month.entity_id
            and rollforward.currency_code = by_month.currency_code
            and rollforward.month_start = by_month.month_start
)

select * from compared
where long_term_closing_amount <> long_term_amount
