-- grain: one row per entity_id, basis, dimension, member_id, currency_code, month_start
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

members as (
    select
        movements.entity_id,
        movements.basis,
        movements.dimension,
        movements.member_id,
        movements.currency_code,
        currencies.exponent,
        min(movements.month_start) as first_month_start
    from movements
    inner join currencies
        on movements.currency_code = currencies.currency_code
    group by
        movements.entity_id,
        movements.basis,
        movements.dimension,
        movements.member_id,
        movements.currency_code,
        currencies.exponent
),

by_month as (
    select
        members.entity_id,
        members.basis,
        members.dimension,
        members.member_id,
        members.currency_code,
        members.exponent,
        reporting_months.month_start,
        reporting_months.month_end,
        movements.month_start is not null as has_moved,
        coalesce(movements.billed_minor, 0) as billed_minor,
        coalesce(movements.recognised_minor, 0) as recognised_minor,
        coalesce(movements.refunds_minor, 0) as refunds_minor,
        coalesce(movements.credit_notes_minor, 0) as credit_notes_minor,
        coalesce(movements.voids_minor, 0) as voids_minor,
        coalesce(movements.write_offs_minor, 0) as write_offs_minor,
        coalesce(movements.disputes_minor, 0) as disputes_minor,
        coalesce(movements.corrections_minor, 0) as corrections_minor,
        coalesce(movements.fx_minor, 0) as fx_minor,
        coalesce(movements.movement_minor, 0) as movement_minor,
        coalesce(movements.reclassified_minor, 0) as reclassified_minor
    from members
    inner join reporting_months
        on members.entity_id = reporting_months.entity_id
    left join movements
        on
            members.entity_id = movements.entity_id
            and members.basis = movements.basis
            and members.dimension = movements.dimension
            and coalesce(members.member_id, '') = coalesce(movements.member_id, '')
            and members.currency_code = movements.currency_code
            and reporting_months.month_start = movements.month_start
    where
        members.dimension = 'all'
        or members.first_month_start <= reporting_months.month_start
),

with_balances as (
    select
        *,
        sum(movement_minor) over (
            partition by entity_id, basis, dimension, member_id, currency_code order by month_start
            rows between unbounded preceding and current row
        ) as closing_minor,
        sum(reclassified_minor) over (
            partition by entity_id, basis, dimension, member_id, currency_code order by month_start
            rows between unbounded preceding and current row
        ) as long_term_closing_minor
    from by_month
),

-- A product or customer has a row while it moves or stands open; the whole has one every month.
deferred_revenue_by_month as (
    select
        entity_id,
        basis,
        dimension,
        member_id,
        currency_code,
        exponent,
        month_start,
        month_end,
        closing_minor - movement_minor as opening_minor,
        billed_minor,
        recognised_minor,
        refunds_minor,
        credit_notes_minor,
        voids_minor,
        write_offs_minor,
        disputes_minor,
        corrections_minor,
        fx_minor,
        closing_minor,
        long_term_closing_minor
    from with_balances
    where dimension = 'all' or has_moved or closing_minor <> 0
)

select * from deferred_revenue_by_month
