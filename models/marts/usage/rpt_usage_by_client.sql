-- grain: one row per entity_id, client_id, currency_code
with

usage_reconciliation as (
    select * from {{ ref('fct_usage_reconciliation') }}
),

summed as (
    select
        entity_id,
        client_id,
        currency_code,
        count(*) as row_count,
        sum(case when status in ('open', 'unmapped', 'unaccounted') then 1 else 0 end)
            as open_count,
        sum(case when status = 'context' then 1 else 0 end) as context_count,
        sum(case when status = 'pending' then 1 else 0 end) as pending_count,
        sum(rated_amount) as rated_amount,
        sum(invoiced_amount) as invoiced_amount,
        sum(recognised_amount) as recognised_amount,
        sum(collected_amount) as collected_amount,
        sum(calculated_under_amount) as calculated_under_amount,
        sum(calculated_over_amount) as calculated_over_amount,
        sum(estimated_under_amount) as estimated_under_amount,
        sum(estimated_over_amount) as estimated_over_amount,
        sum(case when status <> 'pending' then cost_amount end) as cost_amount,
        sum(case when status <> 'pending' then invoiced_amount - cost_amount end)
            as margin_amount
    from usage_reconciliation
    group by entity_id, client_id, currency_code
),

usage_by_client as (
    select
        entity_id,
        client_id,
        currency_code,
        cast(row_number() over (
            partition by entity_id, currency_code
            order by
                calculated_under_amount + calculated_over_amount
                + estimated_under_amount + estimated_over_amount desc,
                client_id asc nulls last
        ) as bigint) as money_rank,
        cast(row_count as bigint) as row_count,
        cast(open_count as bigint) as open_count,
        cast(context_count as bigint) as context_count,
        cast(pending_count as bigint) as pending_count,
        cast(rated_amount as numeric(28, 4)) as rated_amount,
        cast(invoiced_amount as numeric(28, 4)) as invoiced_amount,
        cast(recognised_amount as numeric(28, 4)) as recognised_amount,
        cast(collected_amount as numeric(28, 4)) as collected_amount,
        cast(calculated_under_amount as numeric(28, 4)) as calculated_under_amount,
        cast(calculated_over_amount as numeric(28, 4)) as calculated_over_amount,
        cast(estimated_under_amount as numeric(28, 4)) as estimated_under_amount,
        cast(estimated_over_amount as numeric(28, 4)) as estimated_over_amount,
        cast(cost_amount as numeric(28, 4)) as cost_amount,
        cast(margin_amount as numeric(28, 4)) as margin_amount
    from summed
)

select * from usage_by_client
