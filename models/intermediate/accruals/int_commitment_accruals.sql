-- grain: one row per accrual_id
with

commitment_true_ups as (
    select * from {{ ref('int_commitment_true_ups') }}
),

-- The whole shortfall is due on the last day of the period.
commitment_accruals as (
    select
        'in_force' as scenario,
        {{ dbt.concat([
            "'commitment:'", 'commitment_id', "':'",
            'cast(period_start_date as ' ~ dbt.type_string() ~ ')'
        ]) }} as accrual_id,
        'commitment' as accrual_kind,
        commitment_id as origin_id,
        entity_id,
        'policy' as source_name,
        'usage_commitments' as source_table,
        commitment_id as source_record_id,
        customer_id,
        subscription_id,
        product_id,
        subscription_id as contract_id,
        invoice_id,
        currency_code,
        'at_invoice' as convention,
        period_start_date as service_start_date,
        0 as service_start_second,
        period_end_date as service_end_date,
        0 as service_end_second,
        last_date as first_date,
        booked_date as replaced_date,
        true_up_amount_minor as full_amount_minor,
        cast(null as bigint) as multiplier,
        cast(null as bigint) as divisor
    from commitment_true_ups
)

select * from commitment_accruals
