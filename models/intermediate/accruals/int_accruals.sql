-- grain: one row per scenario, accrual_id
with

accrual_candidates as (
    select * from {{ ref('int_accrual_candidates') }}
),

-- No published rate is not a rate of 1.0: int_accruals_without_rate has what is missing here.
accruals as (
    select
        scenario,
        accrual_id,
        accrual_kind,
        origin_id,
        entity_id,
        source_name,
        source_table,
        source_record_id,
        customer_id,
        subscription_id,
        product_id,
        contract_id,
        invoice_id,
        currency_code,
        functional_currency_code,
        convention,
        service_start_date,
        service_start_second,
        service_end_date,
        service_end_second,
        first_date,
        replaced_date,
        full_amount_minor,
        multiplier,
        divisor,
        as_of_date
    from accrual_candidates
    where multiplier is not null
)

select * from accruals
