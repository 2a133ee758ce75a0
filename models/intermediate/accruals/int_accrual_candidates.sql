-- grain: one row per scenario, accrual_id
with

-- Every model below has these columns in this order.
all_kinds as (
    select * from {{ ref('int_usage_accruals') }}
    union all
    select * from {{ ref('int_estimate_accruals') }}
    union all
    select * from {{ ref('int_commitment_accruals') }}
    union all
    select * from {{ ref('int_catch_up_accruals') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

rate_factors as (
    select * from {{ ref('int_rate_factors') }}
),

-- An accrual is valued at the rate of its first day, a line of a known invoice as that invoice is.
accrual_candidates as (
    select
        all_kinds.scenario,
        all_kinds.accrual_id,
        all_kinds.accrual_kind,
        all_kinds.origin_id,
        all_kinds.entity_id,
        all_kinds.source_name,
        all_kinds.source_table,
        all_kinds.source_record_id,
        all_kinds.customer_id,
        all_kinds.subscription_id,
        all_kinds.product_id,
        coalesce(all_kinds.contract_id, all_kinds.invoice_id, all_kinds.accrual_id)
            as contract_id,
        all_kinds.invoice_id,
        all_kinds.currency_code,
        entities.functional_currency_code,
        all_kinds.convention,
        all_kinds.service_start_date,
        all_kinds.service_start_second,
        all_kinds.service_end_date,
        all_kinds.service_end_second,
        all_kinds.first_date,
        all_kinds.replaced_date,
        all_kinds.full_amount_minor,
        case
            when all_kinds.multiplier is not null then all_kinds.multiplier
            when all_kinds.currency_code = entities.functional_currency_code then 1
            else rate_factors.multiplier
        end as multiplier,
        case
            when all_kinds.divisor is not null then all_kinds.divisor
            when all_kinds.currency_code = entities.functional_currency_code then 1
            else rate_factors.divisor
        end as divisor,
        entities.as_of_date
    from all_kinds
    inner join entities
        on all_kinds.entity_id = entities.entity_id
    left join rate_factors
        on
            all_kinds.currency_code = rate_factors.from_currency_code
            and entities.functional_currency_code = rate_factors.to_currency_code
            and all_kinds.first_date = rate_factors.rate_date
)

select * from accrual_candidates
