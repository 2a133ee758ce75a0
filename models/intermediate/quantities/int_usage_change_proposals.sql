-- grain: one row per proposal_id
with

findings as (
    select * from {{ ref('int_usage_findings') }}
    where is_alarm
),

proposal_kinds as (
    select * from {{ ref('usage_proposal_kinds') }}
),

quantity_chain as (
    select * from {{ ref('int_quantity_chain') }}
),

by_month as (
    select
        findings.chain_id,
        proposal_kinds.proposal_kind,
        proposal_kinds.changes,
        min(proposal_kinds.sentence) as sentence,
        max(case when proposal_kinds.counted_from = 'agreed' then 1 else 0 end) = 1
            as is_from_agreed,
        cast(sum(findings.quantity_difference_millionths) as {{ dbt.type_bigint() }})
            as quantity_difference_millionths,
        cast(sum(findings.stake_amount_minor) as {{ dbt.type_bigint() }}) as stake_amount_minor,
        max(case when findings.is_estimated then 1 else 0 end) = 1 as is_estimated,
        {{ dbt.listagg('findings.explanation', "' '", 'order by findings.finding_id') }}
            as evidence
    from findings
    inner join proposal_kinds
        on findings.detail = proposal_kinds.detail
    group by findings.chain_id, proposal_kinds.proposal_kind, proposal_kinds.changes
),

-- The last month has the values that would be changed; the months before it say since when.
ranked as (
    select
        by_month.*,
        quantity_chain.entity_id,
        quantity_chain.client_id,
        quantity_chain.service_id,
        quantity_chain.client_key,
        quantity_chain.service_key,
        quantity_chain.period_start_date,
        quantity_chain.currency_code,
        quantity_chain.agreement_line_id,
        quantity_chain.billing_timing,
        quantity_chain.unit_price,
        quantity_chain.unit_cost,
        quantity_chain.invoiced_unit_price,
        case
            when by_month.is_from_agreed then quantity_chain.agreed_quantity_millionths
            else coalesce(quantity_chain.invoiced_quantity_millionths, 0)
        end as old_quantity_millionths,
        {{ dbt.hash(
            "quantity_chain.entity_id || '|' || quantity_chain.client_key || '|' "
            ~ "|| quantity_chain.service_key || '|' || quantity_chain.currency_code || '|' "
            ~ "|| by_month.proposal_kind"
        ) }} as proposal_id
    from by_month
    inner join quantity_chain
        on by_month.chain_id = quantity_chain.chain_id
),

counted as (
    select
        *,
        row_number() over (
            partition by proposal_id order by period_start_date desc, chain_id asc
        ) as month_rank,
        count(*) over (partition by proposal_id) as month_count,
        min(period_start_date) over (partition by proposal_id) as first_month,
        sum(stake_amount_minor) over (partition by proposal_id) as total_stake_minor
    from ranked
),

change_proposals as (
    select
        proposal_id,
        chain_id,
        proposal_kind,
        changes,
        sentence,
        entity_id,
        client_id,
        service_id,
        currency_code,
        agreement_line_id,
        billing_timing,
        first_month,
        period_start_date as last_month,
        cast(month_count as {{ dbt.type_bigint() }}) as month_count,
        case when changes = 'quantity' then old_quantity_millionths end as old_quantity_millionths,
        case
            when changes = 'quantity' then old_quantity_millionths - quantity_difference_millionths
        end as new_quantity_millionths,
        case changes when 'price' then invoiced_unit_price when 'cost' then unit_price end
            as old_unit_price,
        case changes when 'price' then unit_price when 'cost' then unit_cost end as new_unit_price,
        stake_amount_minor,
        cast(total_stake_minor as {{ dbt.type_bigint() }}) as total_stake_minor,
        is_estimated,
        evidence
    from counted
    where month_rank = 1
)

select * from change_proposals
