-- Invariant: a booking month's waterfall plus what reductions took is what was billed (L19).
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
    group by
        obligations.entity_id,
        obligations.currency_code,
        obligations.booked_month
),

compared as (
    select
        waterfall.entity_id,
        waterfall.currency_code,
        waterfall.booked_month,
        waterfall.billed_amount,
        waterfall.net_recognised_amount,
        coalesce(reduced.reduced_amount, 0) as reduced_amount
    from waterfall
    left join reduced
        on
            waterfall.entity_id = reduced.entity_id
            and waterfall.currency_code = reduced.currency_code
            and waterfall.booked_month = reduced.booked_month
)

select * from compared
where billed_amount <> net_recognised_amount + reduced_amount
