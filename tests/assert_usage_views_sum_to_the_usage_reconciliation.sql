-- Invariant: clients and services sum to fct_usage_reconciliation, money at stake gross (L3, L19).
-- Grain: view, entity, currency.
-- A row: a view shows other money than the rows behind it.
-- Then: look for a client or service that the view leaves out or repeats.
with

rows_behind as (
    select
        entity_id,
        currency_code,
        count(*) as row_count,
        sum(rated_amount) as rated_amount,
        sum(invoiced_amount) as invoiced_amount,
        sum(calculated_under_amount) as calculated_under_amount,
        sum(calculated_over_amount) as calculated_over_amount,
        sum(recognised_amount) as recognised_amount,
        sum(collected_amount) as collected_amount,
        sum(estimated_under_amount) as estimated_under_amount,
        sum(estimated_over_amount) as estimated_over_amount,
        sum(case when status <> 'pending' then cost_amount end) as cost_amount,
        sum(case when status <> 'pending' then invoiced_amount - cost_amount end) as margin_amount
    from {{ ref('fct_usage_reconciliation') }}
    group by entity_id, currency_code
),

views as (
    select
        'by_client' as view_name,
        entity_id,
        currency_code,
        row_count,
        rated_amount,
        invoiced_amount,
        calculated_under_amount,
        calculated_over_amount,
        recognised_amount,
        collected_amount,
        estimated_under_amount,
        estimated_over_amount,
        cost_amount,
        margin_amount
    from {{ ref('rpt_usage_by_client') }}
    union all
    select
        'by_service' as view_name,
        entity_id,
        currency_code,
        row_count,
        rated_amount,
        invoiced_amount,
        calculated_under_amount,
        calculated_over_amount,
        recognised_amount,
        collected_amount,
        estimated_under_amount,
        estimated_over_amount,
        cost_amount,
        margin_amount
    from {{ ref('rpt_usage_by_service') }}
),

summed as (
    select
        view_name,
        entity_id,
        currency_code,
        sum(row_count) as row_count,
        sum(rated_amount) as rated_amount,
        sum(invoiced_amount) as invoiced_amount,
        sum(calculated_under_amount) as calculated_under_amount,
        sum(calculated_over_amount) as calculated_over_amount,
        sum(recognised_amount) as recognised_amount,
        sum(collected_amount) as collected_amount,
        sum(estimated_under_amount) as estimated_under_amount,
        sum(estimated_over_amount) as estimated_over_amount,
        sum(cost_amount) as cost_amount,
        sum(margin_amount) as margin_amount
    from views
    group by view_name, entity_id, currency_code
),

expected as (
    select
        'by_client' as view_name,
        rows_behind.*
    from rows_behind
    union all
    select
        'by_service' as view_name,
        rows_behind.*
    from rows_behind
),

compared as (
    select
        coalesce(expected.view_name, summed.view_name) as view_name,
        coalesce(expected.entity_id, summed.entity_id) as entity_id,
        coalesce(expected.currency_code, summed.currency_code) as currency_code,
        expected.row_count,
        summed.row_count as reported_row_count,
        case
            when expected.view_name is null or summed.view_name is null then 'one-sided'
            when expected.row_count <> summed.row_count then 'count'
            when expected.rated_amount <> summed.rated_amount then 'rated'
            when expected.invoiced_amount <> summed.invoiced_amount then 'invoiced'
            when expected.calculated_under_amount <> summed.calculated_under_amount then 'under'
            when expected.calculated_over_amount <> summed.calculated_over_amount then 'over'
            when
                expected.estimated_under_amount <> summed.estimated_under_amount
                or expected.estimated_over_amount <> summed.estimated_over_amount
                then 'estimated'
            when expected.recognised_amount <> summed.recognised_amount then 'recognised'
            when expected.collected_amount <> summed.collected_amount then 'collected'
            when (expected.cost_amount is distinct from summed.cost_amount) then 'cost'
            when (expected.margin_amount is distinct from summed.margin_amount) then 'margin'
            else 'ok'
        end as status
    from expected
    full outer join summed
        on
            expected.view_name = summed.view_name
            and expected.entity_id = summed.entity_id
            and expected.currency_code = summed.currency_code
)

select * from compared
where status <> 'ok'
