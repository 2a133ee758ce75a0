-- grain: one row per entity_id, basis, dimension, member_id, currency_code, month_start
with

movements_by_obligation as (
    select * from {{ ref('int_deferred_revenue_movements_by_obligation') }}
),

-- The ways the rollforward is read: whole in two currencies, or by whom or what is owed.
rollforwards as (
    select
        'functional' as basis,
        'all' as dimension
    union all
    select
        'transaction' as basis,
        'all' as dimension
    union all
    select
        'transaction' as basis,
        'product' as dimension
    union all
    select
        'transaction' as basis,
        'customer' as dimension
),

laid_out as (
    select
        movements_by_obligation.entity_id,
        rollforwards.basis,
        rollforwards.dimension,
        case rollforwards.dimension
            when 'product' then movements_by_obligation.product_id
            when 'customer' then movements_by_obligation.customer_id
        end as member_id,
        case rollforwards.basis
            when 'functional' then movements_by_obligation.functional_currency_code
            else movements_by_obligation.currency_code
        end as currency_code,
        movements_by_obligation.month_start,
        movements_by_obligation.movement,
        case rollforwards.basis
            when 'functional' then movements_by_obligation.functional_amount_minor
            else movements_by_obligation.amount_minor
        end as amount_minor
    from movements_by_obligation
    cross join rollforwards
),

deferred_revenue_movements as (
    select
        entity_id,
        basis,
        dimension,
        member_id,
        currency_code,
        month_start,
        sum(case when movement = 'billed' then amount_minor else 0 end) as billed_minor,
        sum(case when movement = 'recognised' then amount_minor else 0 end) as recognised_minor,
        sum(case when movement = 'refunds' then amount_minor else 0 end) as refunds_minor,
        sum(case when movement = 'credit_notes' then amount_minor else 0 end) as credit_notes_minor,
        sum(case when movement = 'voids' then amount_minor else 0 end) as voids_minor,
        sum(case when movement = 'write_offs' then amount_minor else 0 end) as write_offs_minor,
        sum(case when movement = 'disputes' then amount_minor else 0 end) as disputes_minor,
        sum(case when movement = 'corrections' then amount_minor else 0 end) as corrections_minor,
        sum(case when movement = 'fx' then amount_minor else 0 end) as fx_minor,
        sum(case when movement = 'long_term' then amount_minor else 0 end) as reclassified_minor,
        sum(case when movement = 'long_term' then 0 else amount_minor end) as movement_minor
    from laid_out
    group by
        entity_id,
        basis,
        dimension,
        member_id,
        currency_code,
        month_start
)

select * from deferred_revenue_movements
