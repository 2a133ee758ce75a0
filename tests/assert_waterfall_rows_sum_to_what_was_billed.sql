-- Invariant: a booking month's waterfall, its reductions and what waits are what was billed (L19).
-- Grain: entity, currency, booking month.
-- A row: a booking month whose row does not sum to its billings, with the figures.
-- Then: compare int_recognition_by_month with int_obligations for that booking month.
with

waterfall as (
    select
        entity_id,
        currency_code,
        booked_month,
        max(billed_amount) as billed_amount,
        sum(net_recognised_amount) as net_recognised_amount
    from {{ ref('rpt_revenue_waterfall') }}
    group by
        entity_id,
        currency_code,
        booked_month
),

billed as (
    select
        obligations.entity_id,
        obligations.currency_code,
        obligations.booked_month,
        sum({{ major_units('obligations.net_amount_minor', 'currencies.exponent') }})
            as obligations_amount
    from {{ ref('int_obligations') }} as obligations
    inner join {{ ref('currencies') }} as currencies
        on obligations.currency_code = currencies.currency_code
    where obligations.convention not in ('passthrough', 'excluded')
    group by
        obligations.entity_id,
        obligations.currency_code,
        obligations.booked_month
),

reduced as (
    select
        obligations.entity_id,
        obligations.currency_code,
        obligations.booked_month,
        sum({{ major_units('effects.net_amount_minor', 'currencies.exponent') }}) as reduced_amount
    from {{ ref('int_reduction_effects') }} as effects
    inner join {{ ref('int_obligations') }} as obligations
        on effects.obligation_id = obligations.obligation_id
    inner join {{ ref('currencies') }} as currencies
        on obligations.currency_code = currencies.currency_code
    where
        effects.scenario = 'in_force'
        and obligations.convention not in ('passthrough', 'excluded')
    group by
        obligations.entity_id,
        obligations.currency_code,
        obligations.booked_month
),

-- A hold that nobody released, and a cancelled service, keep a part that no month earns.
last_months as (
    select
        obligation_id,
        max(month_start) as month_start
    from {{ ref('fct_recognition_schedule') }}
    group by obligation_id
),

waiting as (
    select
        schedule.entity_id,
        schedule.currency_code,
        schedule.booked_month,
        sum(schedule.deferred_amount) as waiting_amount
    from {{ ref('fct_recognition_schedule') }} as schedule
    inner join last_months
        on
            schedule.obligation_id = last_months.obligation_id
            and schedule.month_start = last_months.month_start
    group by
        schedule.entity_id,
        schedule.currency_code,
        schedule.booked_month
),

compared as (
    select
        billed.entity_id,
        billed.currency_code,
        billed.booked_month,
        billed.obligations_amount,
        waterfall.billed_amount,
        waterfall.net_recognised_amount,
        coalesce(reduced.reduced_amount, 0) as reduced_amount,
        coalesce(waiting.waiting_amount, 0) as waiting_amount
    from billed
    left join waterfall
        on
            billed.entity_id = waterfall.entity_id
            and billed.currency_code = waterfall.currency_code
            and billed.booked_month = waterfall.booked_month
    left join reduced
        on
            billed.entity_id = reduced.entity_id
            and billed.currency_code = reduced.currency_code
            and billed.booked_month = reduced.booked_month
    left join waiting
        on
            billed.entity_id = waiting.entity_id
            and billed.currency_code = waiting.currency_code
            and billed.booked_month = waiting.booked_month
)

select * from compared
where
    billed_amount is distinct from obligations_amount
    or net_recognised_amount + reduced_amount + waiting_amount
    is distinct from obligations_amount
