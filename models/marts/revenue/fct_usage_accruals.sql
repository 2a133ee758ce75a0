-- grain: one row per usage_period_id
with

usage_totals as (
    select * from {{ ref('int_usage_totals') }}
),

usage_periods as (
    select * from {{ ref('int_usage_periods_priced') }}
),

accruals as (
    select * from {{ ref('int_accruals') }}
    where accrual_kind = 'usage'
),

currencies as (
    select * from {{ ref('currencies') }}
),

judged as (
    select
        usage_periods.usage_period_id,
        accruals.accrual_id,
        usage_periods.entity_id,
        usage_totals.customer_id,
        usage_periods.subscription_id,
        usage_periods.subscription_item_id,
        usage_periods.product_id,
        usage_periods.price_id,
        usage_periods.period_start_at,
        usage_periods.period_end_at,
        usage_periods.invoice_id,
        case
            when usage_periods.invoice_id is not null then 'invoiced'
            when accruals.accrual_id is null then 'not_rated'
            else 'accrued'
        end as status,
        coalesce(
            usage_periods.not_rated_reason,
            case
                when accruals.accrual_id is null and usage_totals.first_usage_date is not null
                    then 'missing_rate'
            end
        ) as reason,
        usage_periods.currency_code,
        currencies.exponent,
        usage_totals.quantity_millionths,
        usage_totals.rated_amount_minor,
        usage_periods.invoiced_amount_minor,
        usage_totals.record_count,
        usage_totals.late_record_count,
        usage_totals.late_quantity_millionths,
        usage_totals.late_amount_minor
    from usage_totals
    inner join usage_periods
        on usage_totals.usage_period_id = usage_periods.usage_period_id
    left join accruals
        on usage_totals.usage_period_id = accruals.origin_id
    left join currencies
        on usage_periods.currency_code = currencies.currency_code
),

usage_accruals as (
    select
        usage_period_id,
        accrual_id,
        entity_id,
        customer_id,
        subscription_id,
        subscription_item_id,
        product_id,
        price_id,
        period_start_at,
        period_end_at,
        status,
        reason,
        currency_code,
        cast(quantity_millionths * cast(0.000001 as numeric(7, 6)) as numeric(28, 6)) as quantity,
        {{ major_units('rated_amount_minor', 'exponent') }} as rated_amount,
        invoice_id,
        {{ major_units('invoiced_amount_minor', 'exponent') }} as invoiced_amount,
        cast(record_count as bigint) as record_count,
        cast(late_record_count as bigint) as late_record_count,
        cast(late_quantity_millionths * cast(0.000001 as numeric(7, 6)) as numeric(28, 6))
            as late_quantity,
        {{ major_units('late_amount_minor', 'exponent') }} as late_amount,
        case
            when status = 'invoiced' then 'Invoiced: nothing of it is accrued any more.'
            when status = 'accrued'
                then 'Used and not invoiced: it is revenue and unbilled until the invoice.'
            when reason = 'unknown_subscription_item'
                then 'The meter names a subscription item that billing does not know.'
            when reason = 'unknown_price' then 'The price of the item has not landed.'
            when reason = 'no_unit_price'
                then 'The price has tiers or no unit amount that can be read: the invoice will say.'
            when reason = 'unknown_aggregation'
                then 'The price adds usage up in a way that is not known here.'
            when reason = 'missing_rate'
                then 'No exchange rate was published for the first day of use.'
        end
        || case
            when late_record_count > 0
                then ' Late records, after the invoice and its grace: '
                    || cast(late_record_count as {{ dbt.type_string() }})
                    || coalesce(
                        ', worth '
                        || {{ money_text('late_amount_minor', 'exponent', 'currency_code') }}
                        || ' that no invoice has',
                        ''
                    )
                    || '.'
            else ''
        end as explanation
    from judged
)

select * from usage_accruals
