-- grain: one row per commitment_id, period_start_date
with

usage_commitments as (
    select * from {{ ref('usage_commitments') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

usage_periods as (
    select * from {{ ref('int_usage_periods_priced') }}
),

usage_totals as (
    select * from {{ ref('int_usage_totals') }}
),

customers as (
    select
        subscription_id,
        min(customer_id) as customer_id
    from {{ ref('int_subscriptions') }}
    where is_current
    group by subscription_id
),

-- A gap between invoices is no period of its own: only what ended after the last one is due.
ended_periods as (
    select *
    from usage_periods
    where
        period_end_date <= {{ dbt.dateadd('day', 1, 'as_of_date') }}
        and (invoice_id is not null or is_after_last_invoice)
),

committed as (
    select
        usage_commitments.commitment_id,
        ended_periods.entity_id,
        ended_periods.subscription_id,
        ended_periods.product_id,
        ended_periods.currency_code,
        ended_periods.period_start_date,
        ended_periods.period_end_date,
        {{ minor_units('usage_commitments.minimum_amount', 'currencies.exponent') }}
            as minimum_amount_minor,
        ended_periods.invoice_id,
        ended_periods.booked_date,
        ended_periods.not_rated_reason,
        coalesce(usage_totals.customer_id, customers.customer_id) as customer_id,
        usage_totals.rated_amount_minor
    from usage_commitments
    inner join currencies
        on usage_commitments.currency_code = currencies.currency_code
    inner join ended_periods
        on
            coalesce(nullif(usage_commitments.entity_id, ''), 'main') = ended_periods.entity_id
            and usage_commitments.subscription_id = ended_periods.subscription_id
            and usage_commitments.product_id = ended_periods.product_id
            and usage_commitments.currency_code = ended_periods.currency_code
            and usage_commitments.effective_from <= ended_periods.period_start_date
            and (
                usage_commitments.effective_until is null
                or usage_commitments.effective_until > ended_periods.period_start_date
            )
    left join customers
        on ended_periods.subscription_id = customers.subscription_id
    left join usage_totals
        on ended_periods.usage_period_id = usage_totals.usage_period_id
),

-- Usage that has no rate may be worth more than the minimum: then nothing is added.
commitment_true_ups as (
    select
        commitment_id,
        entity_id,
        subscription_id,
        product_id,
        currency_code,
        period_start_date,
        max(period_end_date) as period_end_date,
        max(customer_id) as customer_id,
        cast({{ dbt.dateadd('day', -1, 'max(period_end_date)') }} as date) as last_date,
        min(invoice_id) as invoice_id,
        min(booked_date) as booked_date,
        cast(
            max(minimum_amount_minor) - coalesce(sum(rated_amount_minor), 0) as bigint
        ) as true_up_amount_minor
    from committed
    group by
        commitment_id,
        entity_id,
        subscription_id,
        product_id,
        currency_code,
        period_start_date
    having
        max(not_rated_reason) is null
        and max(minimum_amount_minor) > coalesce(sum(rated_amount_minor), 0)
)

select * from commitment_true_ups
