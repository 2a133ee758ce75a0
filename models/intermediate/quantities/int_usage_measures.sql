-- grain: one row per chain_id
with

quantity_chain as (
    select * from {{ ref('int_quantity_chain') }}
),

usage_coverage as (
    select * from {{ ref('int_usage_coverage') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

-- What the invoiced units come to at the agreed price and at the one before, and what the units that
-- are too many or too few come to at the average of those that are due.
usage_measures as (
    select
        quantity_chain.chain_id,
        quantity_chain.entity_id,
        quantity_chain.client_id,
        quantity_chain.service_id,
        quantity_chain.service_reference,
        quantity_chain.period_start_date,
        quantity_chain.currency_code,
        quantity_chain.basis,
        quantity_chain.counted_average_millionths,
        quantity_chain.agreed_quantity_millionths,
        quantity_chain.metered_quantity_millionths,
        quantity_chain.measured_quantity_millionths,
        quantity_chain.billable_quantity_millionths,
        quantity_chain.invoiced_quantity_millionths,
        quantity_chain.late_billable_millionths,
        quantity_chain.late_amount_minor,
        quantity_chain.earlier_quantity_millionths,
        quantity_chain.rated_amount_minor,
        quantity_chain.invoiced_amount_minor,
        quantity_chain.credited_amount_minor,
        quantity_chain.unit_price,
        quantity_chain.unit_cost,
        quantity_chain.invoiced_unit_price,
        quantity_chain.invoiced_row_count,
        quantity_chain.ended_on,
        quantity_chain.not_rated_reason,
        quantity_chain.is_plain,
        quantity_chain.is_waived,
        quantity_chain.is_whole_month,
        quantity_chain.is_estimated,
        usage_coverage.coverage,
        usage_coverage.context_millionths,
        usage_coverage.explained_millionths,
        usage_coverage.used_millionths,
        usage_coverage.quantity_tolerance_millionths,
        usage_coverage.amount_tolerance_minor,
        currencies.exponent,
        coalesce(quantity_chain.invoiced_quantity_millionths, 0)
        - coalesce(quantity_chain.billable_quantity_millionths, 0)
            as quantity_difference_millionths,
        quantity_chain.invoiced_amount_minor - quantity_chain.rated_amount_minor
            as amount_difference_minor,
        {{ price_of_units(
            'quantity_chain.unit_price',
            'coalesce(quantity_chain.invoiced_quantity_millionths, 0)',
            'currencies.exponent'
        ) }} as at_agreed_price_minor,
        {{ price_of_units(
            'quantity_chain.earlier_unit_price',
            'coalesce(quantity_chain.invoiced_quantity_millionths, 0)',
            'currencies.exponent'
        ) }} as at_earlier_price_minor,
        case
            when quantity_chain.billable_quantity_millionths > 0 then {{ convert_money(
                'abs(quantity_chain.rated_amount_minor)',
                'abs(coalesce(quantity_chain.invoiced_quantity_millionths, 0)'
                ' - quantity_chain.billable_quantity_millionths)',
                'quantity_chain.billable_quantity_millionths'
            ) }}
            else 0
        end as amount_of_units_minor
    from quantity_chain
    inner join usage_coverage
        on quantity_chain.chain_id = usage_coverage.chain_id
    inner join currencies
        on quantity_chain.currency_code = currencies.currency_code
)

select * from usage_measures
