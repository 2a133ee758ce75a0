-- grain: one row per event_id, component, obligation_id
with

-- Every model below has these columns in this order.
all_events as (
    select * from {{ ref('int_invoice_events') }}
    union all
    select * from {{ ref('int_reduction_events') }}
    union all
    select * from {{ ref('int_write_off_events') }}
    union all
    select * from {{ ref('int_payment_events') }}
    union all
    select * from {{ ref('int_dispute_events') }}
    union all
    select * from {{ ref('int_unapplied_return_events') }}
    union all
    select * from {{ ref('int_recovered_return_events') }}
    union all
    select * from {{ ref('int_customer_balance_events') }}
    union all
    select * from {{ ref('int_processor_events') }}
    union all
    select * from {{ ref('int_processor_movement_events') }}
    union all
    select * from {{ ref('int_payout_events') }}
    union all
    select * from {{ ref('int_bank_events') }}
    union all
    select * from {{ ref('int_recognition_events') }}
    union all
    select * from {{ ref('int_accrual_events') }}
    union all
    select * from {{ ref('int_opening_events') }}
),

accounting_events as (
    select
        event_id,
        entity_id,
        event_type,
        component,
        source_name,
        source_table,
        source_record_id,
        document_reference,
        cast(customer_id as {{ dbt.type_string() }}) as customer_id,
        cast(counterparty_reference as {{ dbt.type_string() }}) as counterparty_reference,
        cast(invoice_id as {{ dbt.type_string() }}) as invoice_id,
        cast(obligation_id as {{ dbt.type_string() }}) as obligation_id,
        currency_code,
        cast(amount_minor as bigint) as amount_minor,
        functional_currency_code,
        cast(functional_amount_minor as bigint) as functional_amount_minor,
        event_date,
        policy_date,
        recorded_at
    from all_events
)

select * from accounting_events
