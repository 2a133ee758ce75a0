-- Invariant: opening subtotal + steps = closing subtotal, of each walk of the bridge; no residual.
-- Grain: entity, currency, month, row of the bridge.
-- A row: a subtotal that its walk does not reach, or a month whose last row is missing or not 0.
-- Then: an event posts to an account of the walk without a step: give it one in bridge_postings.
with

bridge as (
    select
        entity_id,
        currency_code,
        month_start,
        step,
        kind,
        amount,
        walked_amount,
        residual_amount
    from {{ ref('rpt_revenue_bridge') }}
),

months as (
    select
        entity_id,
        functional_currency_code,
        month_start
    from {{ ref('int_reporting_months') }}
),

compared as (
    select
        coalesce(bridge.entity_id, months.entity_id) as entity_id,
        coalesce(bridge.currency_code, months.functional_currency_code) as currency_code,
        coalesce(bridge.month_start, months.month_start) as month_start,
        bridge.step,
        bridge.amount,
        bridge.walked_amount,
        case
            when bridge.entity_id is null then 'no bridge'
            when months.entity_id is null then 'no such month'
            when coalesce(bridge.residual_amount, 0) <> 0 then 'walk ends elsewhere'
            when bridge.kind = 'subtotal' and bridge.amount <> bridge.walked_amount
                then 'residual hidden'
            when bridge.kind = 'residual' and bridge.amount <> 0 then 'residual'
            else 'ok'
        end as status
    from months
    full outer join bridge
        on
            months.entity_id = bridge.entity_id
            and months.functional_currency_code = bridge.currency_code
            and months.month_start = bridge.month_start
)

select * from compared
where status <> 'ok'
