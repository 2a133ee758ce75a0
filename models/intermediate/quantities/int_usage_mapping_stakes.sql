-- grain: one row per proposal_id, currency_code
with

mapping_proposals as (
    select
        *,
        {{ usage_key('null', 'source_name', 'reference') }} as name_key
    from {{ ref('int_usage_mapping_proposals') }}
),

quantity_chain as (
    select * from {{ ref('int_quantity_chain') }}
    where client_id is null or service_id is null
),

findings as (
    select * from {{ ref('int_usage_findings') }}
    where finding = 'mapping_missing'
),

stakes_by_month as (
    select
        mapping_proposals.proposal_id,
        quantity_chain.currency_code,
        quantity_chain.period_start_date,
        min(quantity_chain.chain_id) as chain_id,
        sum(findings.stake_amount_minor) as stake_amount_minor,
        max(case when findings.is_estimated then 1 else 0 end) as estimated_flag,
        min(findings.explanation) as evidence
    from mapping_proposals
    inner join quantity_chain
        on
            mapping_proposals.entity_id = quantity_chain.entity_id
            and mapping_proposals.name_key = case mapping_proposals.proposal_kind
                when 'client_mapping' then quantity_chain.client_key
                else quantity_chain.service_key
            end
    inner join findings
        on quantity_chain.chain_id = findings.chain_id
    group by
        mapping_proposals.proposal_id,
        quantity_chain.currency_code,
        quantity_chain.period_start_date
),

ranked as (
    select
        *,
        row_number() over (
            partition by proposal_id, currency_code order by period_start_date desc
        ) as month_rank,
        count(*) over (partition by proposal_id, currency_code) as month_count,
        sum(stake_amount_minor) over (partition by proposal_id, currency_code)
            as total_stake_minor
    from stakes_by_month
),

mapping_stakes as (
    select
        proposal_id,
        currency_code,
        chain_id,
        cast(month_count as {{ dbt.type_bigint() }}) as month_count,
        cast(stake_amount_minor as {{ dbt.type_bigint() }}) as stake_amount_minor,
        cast(total_stake_minor as {{ dbt.type_bigint() }}) as total_stake_minor,
        estimated_flag = 1 as is_estimated,
        evidence
    from ranked
    where month_rank = 1
)

select * from mapping_stakes
