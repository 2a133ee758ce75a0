-- Invariant: what leg usage expects and finds recorded is what was invoiced and what is at stake (L2).
-- Grain: client, service, month and currency of the chain, side.
-- A row: money of a month of usage that matching lost, made or moved to another month.
-- Then: compare int_usage_dues with int_quantity_chain and the findings of that row.
with

findings as (
    select
        chain_id,
        sum(case when is_alarm then stake_amount_minor else 0 end) as stake_amount_minor,
        sum(case
            when not is_alarm and kind = 'completeness' then amount_difference_minor else 0
        end) as waiting_amount_minor,
        max(case when is_alarm then 1 else 0 end) as alarm_count
    from {{ ref('int_usage_findings') }}
    group by chain_id
),

-- Every difference is at stake, or is explained, or waits: what is neither explained nor invoiced is
-- what should have been.
chain as (
    select
        quantity_chain.*,
        quantity_chain.invoiced_amount_minor
        - coalesce(findings.stake_amount_minor, 0)
        - coalesce(findings.waiting_amount_minor, 0) as due_amount_minor
    from {{ ref('int_quantity_chain') }} as quantity_chain
    left join findings
        on quantity_chain.chain_id = findings.chain_id
    where
        findings.alarm_count = 1
        or (quantity_chain.client_id is not null and quantity_chain.service_id is not null)
),

facts as (
    select
        chain_id,
        'expected' as side,
        entity_id,
        client_id,
        currency_code,
        due_amount_minor as amount_minor
    from chain
    where due_amount_minor <> 0
    union all
    select
        chain_id,
        'recorded' as side,
        entity_id,
        client_id,
        currency_code,
        invoiced_amount_minor as amount_minor
    from chain
    where invoiced_amount_minor <> 0
),

items as (
    select
        replace(replace(item_id, 'usage:expected:', ''), 'usage:recorded:', '') as chain_id,
        side,
        entity_id,
        customer_id,
        currency_code,
        amount
    from {{ ref('fct_reconciliation_items') }}
    where leg = 'usage' and amount <> 0
),

compared as (
    select
        coalesce(facts.chain_id, items.chain_id) as chain_id,
        coalesce(facts.side, items.side) as side,
        facts.amount_minor,
        items.amount,
        case
            when items.chain_id is null then 'lost'
            when facts.chain_id is null then 'made'
            when facts.entity_id <> items.entity_id then 'company'
            when (facts.client_id is distinct from items.customer_id) then 'client'
            when facts.currency_code <> items.currency_code then 'currency'
            when facts.amount_minor <> items.amount * {{ power_of_ten('currencies.exponent') }}
                then 'amount'
            else 'ok'
        end as verdict
    from facts
    full outer join items
        on
            facts.chain_id = items.chain_id
            and facts.side = items.side
    left join {{ ref('currencies') }} as currencies
        on coalesce(facts.currency_code, items.currency_code) = currencies.currency_code
)

select * from compared
where verdict <> 'ok'
