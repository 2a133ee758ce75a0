-- Invariant: the chain has every invoiced quantity row once, in amount, but for months to come (L19).
-- Grain: entity, currency, month; and all months together.
-- A row: invoice lines sum to another amount than the chain has for them.
-- Then: compare int_invoiced_months with int_quantity_rows, int_usage_invoiced with int_quantity_keys.
with

invoiced_months as (
    select
        entity_id,
        currency_code,
        cast(period_start_date as {{ dbt.type_string() }}) as months,
        is_ahead,
        amount_minor
    from {{ ref('int_invoiced_months') }}
    where mapping_class <> 'excluded'
),

chained_months as (
    select
        entity_id,
        currency_code,
        cast(period_start_date as {{ dbt.type_string() }}) as months,
        invoiced_amount_minor + credited_amount_minor as amount_minor
    from {{ ref('int_quantity_chain') }}
    where invoiced_row_count > 0
),

-- All months together are held against the lines themselves, whatever month they were put in.
sides as (
    select
        entity_id,
        currency_code,
        months,
        amount_minor as invoiced_amount_minor,
        null as chained_amount_minor
    from invoiced_months
    where not is_ahead
    union all
    select
        entity_id,
        currency_code,
        'all' as months,
        amount_minor as invoiced_amount_minor,
        null as chained_amount_minor
    from {{ ref('int_quantity_rows') }}
    where kind = 'invoiced' and mapping_class <> 'excluded'
    union all
    select
        entity_id,
        currency_code,
        months,
        null as invoiced_amount_minor,
        amount_minor as chained_amount_minor
    from chained_months
    union all
    select
        entity_id,
        currency_code,
        'all' as months,
        null as invoiced_amount_minor,
        amount_minor as chained_amount_minor
    from chained_months
    union all
    select
        entity_id,
        currency_code,
        'all' as months,
        null as invoiced_amount_minor,
        amount_minor as chained_amount_minor
    from invoiced_months
    where is_ahead
),

compared as (
    select
        entity_id,
        currency_code,
        months,
        sum(invoiced_amount_minor) as invoiced_amount_minor,
        sum(chained_amount_minor) as chained_amount_minor,
        case
            when count(invoiced_amount_minor) = 0 or count(chained_amount_minor) = 0
                then 'one-sided'
            when sum(invoiced_amount_minor) <> sum(chained_amount_minor) then 'amount'
            else 'ok'
        end as status
    from sides
    group by entity_id, currency_code, months
)

select * from compared
where status <> 'ok'
