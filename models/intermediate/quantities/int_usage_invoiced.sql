-- grain: one row per entity_id, client_key, service_key, period_start_date, currency_code
with

invoiced_months as (
    select * from {{ ref('int_invoiced_months') }}
    where mapping_class <> 'excluded' and not is_ahead
),

-- What was taken back whole, by a void or a credit note, was not billed: its units do not count.
usage_invoiced as (
    select
        entity_id,
        client_key,
        service_key,
        period_start_date,
        currency_code,
        cast(count(*) as {{ dbt.type_bigint() }}) as invoiced_row_count,
        cast(sum(case
            when amount_minor <> 0 and amount_minor = credited_amount_minor then 0
            else quantity_millionths
        end) as {{ dbt.type_bigint() }}) as invoiced_quantity_millionths,
        cast(sum(amount_minor) as {{ dbt.type_bigint() }}) as billed_amount_minor,
        cast(sum(credited_amount_minor) as {{ dbt.type_bigint() }}) as credited_amount_minor,
        cast(sum(amount_minor - credited_amount_minor) as {{ dbt.type_bigint() }})
            as invoiced_amount_minor,
        cast(sum(recognised_amount_minor) as {{ dbt.type_bigint() }}) as recognised_amount_minor,
        cast(sum(collected_amount_minor) as {{ dbt.type_bigint() }}) as collected_amount_minor,
        case when min(unit_price) = max(unit_price) then min(unit_price) end as invoiced_unit_price
    from invoiced_months
    group by entity_id, client_key, service_key, period_start_date, currency_code
)

select * from usage_invoiced
