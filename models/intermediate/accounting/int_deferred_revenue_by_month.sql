-- grain: one row per entity_id, basis, currency_code, month_start
with

movements as (
    select * from {{ ref('int_deferred_revenue_movements') }}
),

reporting_months as (
    select * from {{ ref('int_reporting_months') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

currencies_billed as (
    select distinct
        movements.entity_id,
        movements.basis,
        movements.currency_code,
        currencies.exponent
    from movements
    inner join currencies
        on movements.currency_code = currencies.currency_code
),

by_month as (
    select
        currencies_billed.entity_id,
        currencies_billed.basis,
        currencies_billed.currency_code,
        currencies_billed.exponent,
        reporting_months.month_start,
        reporting_months.month_end,
        sum(case when movements.movement = 'billed' then movements.amount_minor else 0 end)
            as billed_minor,
        sum(case when movements.movement = 'recognised' then movements.amount_minor else 0 end)
            as recognised_minor,
        sum(case when movements.movement = 'refunds' then movements.amount_minor else 0 end)
            as refunds_minor,
        sum(case when movements.movement = 'credit_notes' then movements.amount_minor else 0 end)
            as credit_notes_minor,
        sum(case when movements.movement = 'voids' then movements.amount_minor else 0 end)
            as voids_minor,
        sum(case when movements.movement = 'write_offs' then movements.amount_minor else 0 end)
            as write_offs_minor,
        sum(case when movements.movement = 'disputes' then movements.amount_minor else 0 end)
            as disputes_minor,
        sum(case when movements.movement = 'corrections' then movements.amount_minor else 0 end)
            as corrections_minor,
        sum(case when movements.movement = 'fx' then movements.amount_minor else 0 end)
            as fx_minor,
        coalesce(sum(movements.amount_minor), 0) as movement_minor
    from currencies_billed
    inner join reporting_months
        on currencies_billed.entity_id = reporting_months.entity_id
    left join movements
        on
            currencies_billed.entity_id = movements.entity_id
            and currencies_billed.basis = movements.basis
            and currencies_billed.currency_code = movements.currency_code
            and reporting_months.month_start = movements.month_start
    group by
        currencies_billed.entity_id,
        currencies_billed.basis,
        currencies_billed.currency_code,
        currencies_billed.exponent,
        reporting_months.month_start,
        reporting_months.month_end
),

deferred_revenue_by_month as (
    select
        entity_id,
        basis,
        currency_code,
        exponent,
        month_start,
        month_end,
        sum(movement_minor) over (
            partition by entity_id, basis, currency_code order by month_start
            rows between unbounded preceding and current row
        ) - movement_minor as opening_minor,
        billed_minor,
        recognised_minor,
        refunds_minor,
        credit_notes_minor,
        voids_minor,
        write_offs_minor,
        disputes_minor,
        corrections_minor,
        fx_minor,
        sum(movement_minor) over (
            partition by entity_id, basis, currency_code order by month_start
            rows between unbounded preceding and current row
        ) as closing_minor
    from by_month
)

select * from deferred_revenue_by_month
