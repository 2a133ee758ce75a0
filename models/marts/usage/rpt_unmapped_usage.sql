-- grain: one row per usage_id
with

usage_reconciliation as (
    select * from {{ ref('fct_usage_reconciliation') }}
    where status in ('unmapped', 'unaccounted')
),

quantity_chain as (
    select * from {{ ref('int_quantity_chain') }}
),

usage_rows as (
    select * from {{ ref('int_usage_rows') }}
    where mapping_class <> 'excluded'
),

sources as (
    select
        entity_id,
        client_key,
        service_key,
        period_start_date,
        min(source_name) as source_name,
        min(vendor_name) as vendor_name
    from usage_rows
    group by entity_id, client_key, service_key, period_start_date
),

unmapped_usage as (
    select
        usage_reconciliation.usage_id,
        usage_reconciliation.status as usage_class,
        cast(row_number() over (
            partition by usage_reconciliation.entity_id, usage_reconciliation.currency_code
            order by
                case usage_reconciliation.status when 'unmapped' then 0 else 1 end asc,
                usage_reconciliation.calculated_under_amount
                + usage_reconciliation.calculated_over_amount
                + usage_reconciliation.estimated_under_amount
                + usage_reconciliation.estimated_over_amount desc,
                usage_reconciliation.usage_id asc
        ) as bigint) as money_rank,
        usage_reconciliation.entity_id,
        case
            when quantity_chain.client_id is null and quantity_chain.service_id is null
                then 'client and service'
            when quantity_chain.client_id is null then 'client'
            when quantity_chain.service_id is null then 'service'
            else 'agreement'
        end as what_is_missing,
        sources.source_name,
        sources.vendor_name,
        quantity_chain.client_id,
        quantity_chain.client_reference,
        quantity_chain.service_id,
        quantity_chain.service_reference,
        usage_reconciliation.period_start_date,
        usage_reconciliation.counted_average_quantity,
        usage_reconciliation.metered_quantity,
        usage_reconciliation.invoiced_quantity,
        usage_reconciliation.under_quantity as unbilled_quantity,
        usage_reconciliation.currency_code,
        usage_reconciliation.invoiced_amount,
        usage_reconciliation.estimated_under_amount as estimated_unbilled_amount,
        usage_reconciliation.explanation,
        usage_reconciliation.what_to_do
    from usage_reconciliation
    inner join quantity_chain
        on usage_reconciliation.usage_id = quantity_chain.chain_id
    left join sources
        on
            quantity_chain.entity_id = sources.entity_id
            and quantity_chain.client_key = sources.client_key
            and quantity_chain.service_key = sources.service_key
            and quantity_chain.period_start_date = sources.period_start_date
)

select * from unmapped_usage
