-- grain: one row per chain_id
with

measures as (
    select * from {{ ref('int_usage_measures') }}
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
                            and abs(invoiced_amount_minor - at_agreed_price_minor)
                            < invoiced_row_count
                            then amount_difference_minor
                        else at_agreed_price_minor - rated_amount_minor
                    end
            when sign(quantity_difference_millionths) <> sign(amount_difference_minor) then 0
            when coalesce(invoiced_unit_price, unit_price, 0) = coalesce(unit_price, 0)
                then amount_difference_minor
            else cast(
                    sign(amount_difference_minor)
                    * least(abs(amount_difference_minor), amount_of_units_minor)
                    as {{ dbt.type_bigint() }}
                )
        end as quantity_part_minor
    from measures
),

-- Of the units that are short, those that a context excuses are taken out first.
usage_differences as (
    select
        chain_id,
        entity_id,
        client_id,
        service_id,
        service_reference,
        period_start_date,
        currency_code,
        basis,
        counted_average_millionths,
        agreed_quantity_millionths,
        metered_quantity_millionths,
        measured_quantity_millionths,
        billable_quantity_millionths,
        invoiced_quantity_millionths,
        late_billable_millionths,
        late_amount_minor,
        earlier_quantity_millionths,
        rated_amount_minor,
        invoiced_amount_minor,
        credited_amount_minor,
        unit_price,
        unit_cost,
        invoiced_unit_price,
        invoiced_row_count,
        ended_on,
        not_rated_reason,
        is_plain,
        is_waived,
        is_whole_month,
        is_estimated,
        coverage,
        context_millionths,
        explained_millionths,
        used_millionths,
        quantity_tolerance_millionths,
        amount_tolerance_minor,
        exponent,
        at_earlier_price_minor,
        quantity_difference_millionths,
        amount_difference_minor,
        quantity_part_minor,
        amount_difference_minor - quantity_part_minor as price_part_minor,
        case
            when explained_millionths = 0 then 0
            else {{ convert_money(
                'quantity_part_minor', 'explained_millionths',
                'nullif(abs(quantity_difference_millionths), 0)'
            ) }}
        end as explained_part_minor
    from split
)

select * from usage_differences
