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

measured as (
    select
        quantity_chain.*,
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
),

-- Where each unit has one price, what the units cost is exact and the rest is price; rounding of the
-- single lines of an invoice is no price. Elsewhere units explain what the average of the rated units
-- says, never more than there is and never against its sign.
split as (
    select
        *,
        case
            when quantity_difference_millionths = 0 or is_waived then 0
            when
                invoiced_row_count = 0
                or (rated_amount_minor = 0 and coalesce(billable_quantity_millionths, 0) = 0)
                then amount_difference_minor
            when
                is_plain
                and credited_amount_minor = 0
                and invoiced_quantity_millionths not in (0, 1000000)
                then case
                    when
                        coalesce(invoiced_unit_price, unit_price) = unit_price
                        and abs(invoiced_amount_minor - at_agreed_price_minor) < invoiced_row_count
                        then amount_difference_minor
                    else at_agreed_price_minor - rated_amount_minor
                end
            when sign(quantity_difference_millionths) <> sign(amount_difference_minor) then 0
            when coalesce(invoiced_unit_price, unit_price, 0) = coalesce(unit_price, 0)
                then amount_difference_minor
            else sign(amount_difference_minor)
                * least(abs(amount_difference_minor), amount_of_units_minor)
        end as quantity_part_minor
    from measured
),

-- Of the units that are short, those that a context excuses are taken out first.
usage_differences as (
    select
        split.*,
        split.amount_difference_minor - split.quantity_part_minor as price_part_minor,
        case
            when split.explained_millionths = 0 then 0
            else {{ convert_money(
                'split.quantity_part_minor', 'split.explained_millionths',
                'nullif(abs(split.quantity_difference_millionths), 0)'
            ) }}
        end as explained_part_minor
    from split
)

select * from usage_differences
