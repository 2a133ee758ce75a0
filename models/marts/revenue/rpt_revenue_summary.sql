-- grain: one row per entity_id, currency_code, month_start
with

amounts_by_month as (
    select * from {{ ref('int_revenue_amounts_by_month') }}
),

reporting_months as (
    select * from {{ ref('int_reporting_months') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

currencies_used as (
    select distinct
        entity_id,
        currency_code
    from amounts_by_month
),

-- Every month has a row, so that a balance shows in quiet months too.
by_month as (
    select
        currencies_used.entity_id,
        currencies_used.currency_code,
        reporting_months.month_start,
        reporting_months.month_end,
        coalesce(amounts_by_month.billed_minor, 0) as billed_minor,
        coalesce(amounts_by_month.recognised_minor, 0) as recognised_minor,
        coalesce(amounts_by_month.refunds_minor, 0) as refunds_minor,
        coalesce(amounts_by_month.credit_notes_minor, 0) as credit_notes_minor,
        coalesce(amounts_by_month.voids_minor, 0) as voids_minor,
        coalesce(amounts_by_month.disputes_minor, 0) as disputes_minor,
        coalesce(amounts_by_month.bad_debt_minor, 0) as bad_debt_minor,
        coalesce(amounts_by_month.net_revenue_minor, 0) as net_revenue_minor,
        coalesce(amounts_by_month.recoverables_minor, 0) as recoverables_minor,
        coalesce(amounts_by_month.other_loss_minor, 0) as other_loss_minor,
        coalesce(amounts_by_month.processing_fees_minor, 0) as processing_fees_minor,
        coalesce(amounts_by_month.dispute_fees_minor, 0) as dispute_fees_minor,
        coalesce(amounts_by_month.promotional_credits_minor, 0) as promotional_credits_minor,
        sum(coalesce(amounts_by_month.deferred_change_minor, 0)) over (
            partition by currencies_used.entity_id, currencies_used.currency_code
            order by reporting_months.month_start
            rows between unbounded preceding and current row
        ) as closing_deferred_minor,
        sum(coalesce(amounts_by_month.unbilled_change_minor, 0)) over (
            partition by currencies_used.entity_id, currencies_used.currency_code
            order by reporting_months.month_start
            rows between unbounded preceding and current row
        ) as closing_unbilled_minor,
        sum(coalesce(amounts_by_month.receivable_change_minor, 0)) over (
            partition by currencies_used.entity_id, currencies_used.currency_code
            order by reporting_months.month_start
            rows between unbounded preceding and current row
        ) as closing_receivable_minor,
        sum(coalesce(amounts_by_month.customer_balance_change_minor, 0)) over (
            partition by currencies_used.entity_id, currencies_used.currency_code
            order by reporting_months.month_start
            rows between unbounded preceding and current row
        ) as closing_customer_balance_minor
    from currencies_used
    inner join reporting_months
        on currencies_used.entity_id = reporting_months.entity_id
    left join amounts_by_month
        on
            currencies_used.entity_id = amounts_by_month.entity_id
            and currencies_used.currency_code = amounts_by_month.currency_code
            and reporting_months.month_start = amounts_by_month.month_start
),

revenue_summary as (
    select
        by_month.entity_id,
        by_month.currency_code,
        by_month.month_start,
        by_month.month_end,
        {{ major_units('by_month.billed_minor', 'currencies.exponent') }} as billed_amount,
        {{ major_units('by_month.recognised_minor', 'currencies.exponent') }} as recognised_amount,
        {{ major_units('by_month.refunds_minor', 'currencies.exponent') }} as refunds_amount,
        {{ major_units('by_month.credit_notes_minor', 'currencies.exponent') }}
            as credit_notes_amount,
        {{ major_units('by_month.voids_minor', 'currencies.exponent') }} as voids_amount,
        {{ major_units('by_month.disputes_minor', 'currencies.exponent') }} as disputes_amount,
        {{ major_units('by_month.bad_debt_minor', 'currencies.exponent') }} as bad_debt_amount,
        {{ major_units('by_month.net_revenue_minor', 'currencies.exponent') }}
            as net_revenue_amount,
        {{ major_units('by_month.recoverables_minor', 'currencies.exponent') }}
            as recoverables_amount,
        {{ major_units('by_month.other_loss_minor', 'currencies.exponent') }} as other_loss_amount,
        {{ major_units('by_month.processing_fees_minor', 'currencies.exponent') }}
            as processing_fees_amount,
        {{ major_units('by_month.dispute_fees_minor', 'currencies.exponent') }}
            as dispute_fees_amount,
        {{ major_units('by_month.promotional_credits_minor', 'currencies.exponent') }}
            as promotional_credits_amount,
        {{ major_units('by_month.closing_deferred_minor', 'currencies.exponent') }}
            as closing_deferred_amount,
        {{ major_units('by_month.closing_unbilled_minor', 'currencies.exponent') }}
            as closing_unbilled_amount,
        {{ major_units('by_month.closing_receivable_minor', 'currencies.exponent') }}
            as closing_receivable_amount,
        {{ major_units('by_month.closing_customer_balance_minor', 'currencies.exponent') }}
            as closing_customer_balance
    from by_month
    inner join currencies
        on by_month.currency_code = currencies.currency_code
)

select * from revenue_summary
