-- Invariant: the MRR of a finished month and the parts beside it are the revenue that was posted.
-- Grain: entity, currency, month.
-- A row: a month that leaves a residual, or whose bridge starts from another MRR than was reported.
-- Then: sum int_mrr_bridge_parts by line and look for the one that differs from its schedule.
with

bridge as (
    select
        entity_id,
        currency_code,
        month_start,
        mrr_amount,
        residual_amount
    from {{ ref('rpt_mrr_to_revenue') }}
),

reported as (
    select
        entity_id,
        currency_code,
        month_start,
        closing_amount
    from {{ ref('rpt_mrr_movements') }}
    where is_complete
),

compared as (
    select
        coalesce(bridge.entity_id, reported.entity_id) as entity_id,
        coalesce(bridge.currency_code, reported.currency_code) as currency_code,
        coalesce(bridge.month_start, reported.month_start) as month_start,
        bridge.mrr_amount,
        reported.closing_amount,
        bridge.residual_amount,
        case
            when coalesce(bridge.mrr_amount, 0) <> coalesce(reported.closing_amount, 0)
                then 'another MRR'
            when bridge.residual_amount <> 0 then 'residual'
            else 'ok'
        end as status
    from bridge
    full outer join reported
        on
            bridge.entity_id = reported.entity_id
            and bridge.currency_code = reported.currency_code
            and bridge.month_start = reported.month_start
)

select * from compared
where status <> 'ok'
