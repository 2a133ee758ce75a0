-- grain: one row per usage_id
with

quantity_chain as (
    select * from {{ ref('int_quantity_chain') }}
),

outcomes as (
    select * from {{ ref('int_usage_outcomes') }}
),

findings as (
    select * from {{ ref('int_usage_findings') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

usage_reconciliation as (
    select
        quantity_chain.chain_id as usage_id,
        quantity_chain.entity_id,
        quantity_chain.client_id,
        quantity_chain.service_id,
        quantity_chain.period_start_date,
        quantity_chain.period_end_date,
        quantity_chain.currency_code,
        outcomes.status,
        alarms.finding as cause,
        contexts.finding as context_class,
        coalesce(
            alarms.explanation,
            contexts.explanation,
            case outcomes.status
                when 'pending' then 'The month or the time to invoice it is not over.'
                else 'Invoiced as agreed.'
            end
        ) as explanation,
        coalesce(alarms.what_to_do, contexts.what_to_do, 'Nothing to do.') as what_to_do,
        cast(outcomes.alarm_count as bigint) as finding_count,
        coalesce(alarms.is_estimated, quantity_chain.is_estimated) as is_estimated,
        quantity_chain.basis as quantity_basis,
        {{ quantity_units('quantity_chain.counted_average_millionths') }}
            as counted_average_quantity,
        {{ quantity_units('quantity_chain.counted_last_millionths') }} as counted_last_quantity,
        {{ quantity_units('quantity_chain.agreed_quantity_millionths') }} as agreed_quantity,
        {{ quantity_units('quantity_chain.metered_quantity_millionths') }} as metered_quantity,
        {{ quantity_units('quantity_chain.billable_quantity_millionths') }} as billable_quantity,
        {{ quantity_units('quantity_chain.invoiced_quantity_millionths') }} as invoiced_quantity,
        {{ quantity_units('outcomes.under_millionths') }} as under_quantity,
        {{ quantity_units('outcomes.over_millionths') }} as over_quantity,
        cast(quantity_chain.unit_price as numeric(28, 10)) as unit_price,
        cast(quantity_chain.unit_cost as numeric(28, 10)) as unit_cost,
        {{ major_units('quantity_chain.rated_amount_minor', 'currencies.exponent') }}
            as rated_amount,
        {{ major_units('quantity_chain.invoiced_amount_minor', 'currencies.exponent') }}
            as invoiced_amount,
        {{ major_units('quantity_chain.credited_amount_minor', 'currencies.exponent') }}
            as credited_amount,
        {{ major_units('quantity_chain.recognised_amount_minor', 'currencies.exponent') }}
            as recognised_amount,
        {{ major_units('quantity_chain.collected_amount_minor', 'currencies.exponent') }}
            as collected_amount,
        {{ major_units(
            'quantity_chain.invoiced_amount_minor - quantity_chain.rated_amount_minor',
            'currencies.exponent'
        ) }} as difference_amount,
        {{ major_units('outcomes.calculated_under_minor', 'currencies.exponent') }}
            as calculated_under_amount,
        {{ major_units('outcomes.calculated_over_minor', 'currencies.exponent') }}
            as calculated_over_amount,
        {{ major_units('outcomes.estimated_under_minor', 'currencies.exponent') }}
            as estimated_under_amount,
        {{ major_units('outcomes.estimated_over_minor', 'currencies.exponent') }}
            as estimated_over_amount,
        {{ major_units('outcomes.cost_amount_minor', 'currencies.exponent') }} as cost_amount
    from quantity_chain
    inner join outcomes
        on quantity_chain.chain_id = outcomes.chain_id
    inner join currencies
        on quantity_chain.currency_code = currencies.currency_code
    left join findings as alarms
        on outcomes.alarm_id = alarms.finding_id
    left join findings as contexts
        on outcomes.context_id = contexts.finding_id
)

select * from usage_reconciliation
