-- grain: one row per entity_id, currency_code, month_start
with

mrr_by_month as (
    select * from {{ ref('int_mrr_by_month') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

mrr_movements as (
    select
        mrr_by_month.entity_id,
        mrr_by_month.currency_code,
        mrr_by_month.month_start,
        mrr_by_month.month_end,
        mrr_by_month.is_complete,
        {{ major_units('mrr_by_month.opening_minor', 'currencies.exponent') }} as opening_amount,
        {{ major_units('mrr_by_month.new_minor', 'currencies.exponent') }} as new_amount,
        {{ major_units('mrr_by_month.expansion_minor', 'currencies.exponent') }}
            as expansion_amount,
        {{ major_units('mrr_by_month.contraction_minor', 'currencies.exponent') }}
            as contraction_amount,
        {{ major_units('mrr_by_month.churn_minor', 'currencies.exponent') }} as churn_amount,
        {{ major_units('mrr_by_month.reactivation_minor', 'currencies.exponent') }}
            as reactivation_amount,
        {{ major_units('mrr_by_month.calendar_minor', 'currencies.exponent') }}
            as calendar_amount,
        {{ major_units('mrr_by_month.closing_minor', 'currencies.exponent') }} as closing_amount,
        cast(mrr_by_month.opening_count as bigint) as opening_customer_count,
        cast(mrr_by_month.new_count as bigint) as new_customer_count,
        cast(mrr_by_month.expansion_count as bigint) as expansion_customer_count,
        cast(mrr_by_month.contraction_count as bigint) as contraction_customer_count,
        cast(mrr_by_month.churn_count as bigint) as churn_customer_count,
        cast(mrr_by_month.reactivation_count as bigint) as reactivation_customer_count,
        cast(mrr_by_month.closing_count as bigint) as closing_customer_count,
        -- Retention asks what became of the MRR the month opened with; calendar is no decision.
        case
            when mrr_by_month.opening_minor > 0 then {{ round_ratio(
                'mrr_by_month.opening_minor + mrr_by_month.contraction_minor'
                ~ ' + mrr_by_month.churn_minor',
                '10000',
                'mrr_by_month.opening_minor'
            ) }}
        end as gross_retention_basis_points,
        case
            when mrr_by_month.opening_minor > 0 then {{ round_ratio(
                'mrr_by_month.opening_minor + mrr_by_month.expansion_minor'
                ~ ' + mrr_by_month.contraction_minor + mrr_by_month.churn_minor',
                '10000',
                'mrr_by_month.opening_minor'
            ) }}
        end as net_retention_basis_points
    from mrr_by_month
    inner join currencies
        on mrr_by_month.currency_code = currencies.currency_code
)

select * from mrr_movements
