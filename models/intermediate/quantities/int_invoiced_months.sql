-- grain: one row per quantity_row_id, period_start_date
with

invoiced_quantities as (
    select * from {{ ref('int_invoiced_quantities') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

month_numbers as (
    {{ dbt.generate_series(1200) }}
),

touched as (
    select
        invoiced_quantities.*,
        entities.as_of_date,
        coalesce({{ dbt.datediff(
            'invoiced_quantities.service_start_date', 'invoiced_quantities.service_end_date', 'month'
        ) }}, 0) as touched_months
    from invoiced_quantities
    inner join entities
        on invoiced_quantities.entity_id = entities.entity_id
),

-- Agreements are rated by the month. A line of two whole months or more, as of a year in advance, is
-- for each of them; a shorter one is for the month in which it begins.
counted as (
    select
        *,
        greatest(1, touched_months - case
            when
                cast({{ dbt.dateadd('month', 'touched_months', 'service_start_date') }} as date)
                > service_end_date
                then 1
            else 0
        end) as month_count
    from touched
),

expanded as (
    select
        counted.*,
        cast(month_numbers.generated_number as int) as month_number
    from counted
    inner join month_numbers
        on counted.month_count >= month_numbers.generated_number
),

-- What is earned fills the months in their order, what was paid or taken back is of all alike.
through as (
    select
        *,
        {{ convert_money('amount_minor', 'month_number', 'month_count') }} as amount_through,
        {{ convert_money('amount_minor', '(month_number - 1)', 'month_count') }} as amount_before,
        {{ convert_money('credited_amount_minor', 'month_number', 'month_count') }}
        - {{ convert_money('credited_amount_minor', '(month_number - 1)', 'month_count') }}
            as month_credited,
        {{ convert_money('collected_amount_minor', 'month_number', 'month_count') }}
        - {{ convert_money('collected_amount_minor', '(month_number - 1)', 'month_count') }}
            as month_collected
    from expanded
),

invoiced_months as (
    select
        quantity_row_id,
        entity_id,
        client_key,
        service_key,
        client_id,
        service_id,
        client_reference,
        service_reference,
        cast({{ dbt.dateadd('month', 'month_number - 1', 'period_start_date') }} as date)
            as period_start_date,
        currency_code,
        invoice_id,
        mapping_class,
        quantity_millionths,
        case when month_count = 1 then unit_price end as unit_price,
        cast(amount_through - amount_before as {{ dbt.type_bigint() }}) as amount_minor,
        cast(month_credited as {{ dbt.type_bigint() }}) as credited_amount_minor,
        cast(
            case
                when month_number = month_count then recognised_amount_minor
                else sign(amount_minor)
                    * least(abs(recognised_amount_minor), abs(amount_through))
            end
            - sign(amount_minor) * least(abs(recognised_amount_minor), abs(amount_before))
            as {{ dbt.type_bigint() }}
        ) as recognised_amount_minor,
        cast(month_collected as {{ dbt.type_bigint() }}) as collected_amount_minor,
        month_number > 1
        and cast({{ dbt.dateadd('month', 'month_number - 1', 'period_start_date') }} as date)
        > as_of_date as is_ahead
    from through
)

select * from invoiced_months
