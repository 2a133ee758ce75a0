-- grain: one row per entity_id, currency_code, month_start
with

mrr_to_revenue as (
    select * from {{ ref('int_mrr_to_revenue') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

bridge as (
    select
        mrr_to_revenue.entity_id,
        mrr_to_revenue.currency_code,
        mrr_to_revenue.month_start,
        cast({{ dbt.last_day('mrr_to_revenue.month_start', 'month') }} as date) as month_end,
        {{ major_units('mrr_to_revenue.mrr_minor', 'currencies.exponent') }} as mrr_amount,
        {{ major_units('mrr_to_revenue.part_months_minor', 'currencies.exponent') }}
            as part_months_amount,
        {{ major_units('mrr_to_revenue.ended_minor', 'currencies.exponent') }} as ended_amount,
        {{ major_units('mrr_to_revenue.catch_up_minor', 'currencies.exponent') }}
            as catch_up_amount,
        {{ major_units('mrr_to_revenue.usage_minor', 'currencies.exponent') }} as usage_amount,
        {{ major_units('mrr_to_revenue.one_off_minor', 'currencies.exponent') }}
            as one_off_amount,
        {{ major_units('mrr_to_revenue.contra_minor', 'currencies.exponent') }} as contra_amount,
        {{ major_units('mrr_to_revenue.accrued_minor', 'currencies.exponent') }}
            as accrued_amount,
        {{ major_units('mrr_to_revenue.revenue_minor', 'currencies.exponent') }}
            as revenue_amount,
        {{ major_units(
            'mrr_to_revenue.revenue_minor - mrr_to_revenue.mrr_minor'
            ~ ' - mrr_to_revenue.part_months_minor - mrr_to_revenue.ended_minor'
            ~ ' - mrr_to_revenue.catch_up_minor - mrr_to_revenue.usage_minor'
            ~ ' - mrr_to_revenue.one_off_minor - mrr_to_revenue.contra_minor'
            ~ ' - mrr_to_revenue.accrued_minor',
            'currencies.exponent'
        ) }} as residual_amount
    from mrr_to_revenue
    inner join currencies
        on mrr_to_revenue.currency_code = currencies.currency_code
)

select * from bridge
