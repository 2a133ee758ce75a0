-- grain: one row per event_id, component
with

opening_balances as (
    select * from {{ ref('int_opening_balances') }}
    where amount_minor is not null and functional_amount_minor is not null
),

opening_payments as (
    select * from {{ ref('int_opening_payments') }}
),

-- What the rest of the balance sheet held is nobody's business here: it only makes the rows sum to 0.
taken_over as (
    select
        {{ dbt.concat(["'opening_balance:'", 'opening_id']) }} as event_id,
        entity_id,
        'opening_balance' as event_type,
        account_role as component,
        legacy_source as source_name,
        'opening_balances' as source_table,
        opening_id as source_record_id,
        'opening:' || cast(balance_date as {{ dbt.type_string() }}) as document_reference,
        customer_id,
        cast(null as {{ dbt.type_string() }}) as counterparty_reference,
        case when account_role = 'accounts_receivable' then opening_id end as invoice_id,
        case when account_role = 'deferred_revenue' then opening_id end as obligation_id,
        currency_code,
        amount_minor,
        functional_currency_code,
        functional_amount_minor,
        balance_date as event_date,
        balance_date as policy_date,
        balance_at as recorded_at
    from opening_balances
    where account_role <> 'opening_balances'
),

paid as (
    select
        {{ dbt.concat(["'opening_receivable_paid:'", 'opening_id']) }} as event_id,
        entity_id,
        'opening_receivable_paid' as event_type,
        'paid' as component,
        source_name,
        source_table,
        source_record_id,
        source_record_id as document_reference,
        customer_id,
        payout_id as counterparty_reference,
        opening_id as invoice_id,
        cast(null as {{ dbt.type_string() }}) as obligation_id,
        currency_code,
        paid_amount_minor as amount_minor,
        functional_currency_code,
        paid_functional_amount_minor as functional_amount_minor,
        paid_date as event_date,
        paid_date as policy_date,
        recorded_at
    from opening_payments
),

exchanged as (
    select
        {{ dbt.concat(["'opening_receivable_paid:'", 'opening_id']) }} as event_id,
        entity_id,
        'opening_receivable_paid' as event_type,
        'exchange_difference' as component,
        source_name,
        source_table,
        source_record_id,
        source_record_id as document_reference,
        customer_id,
        payout_id as counterparty_reference,
        opening_id as invoice_id,
        cast(null as {{ dbt.type_string() }}) as obligation_id,
        currency_code,
        0 as amount_minor,
        functional_currency_code,
        receivable_functional_amount_minor - paid_functional_amount_minor
            as functional_amount_minor,
        paid_date as event_date,
        paid_date as policy_date,
        recorded_at
    from opening_payments
    where receivable_functional_amount_minor <> paid_functional_amount_minor
),

opening_events as (
    select * from taken_over
    union all
    select * from paid
    union all
    select * from exchanged
)

select * from opening_events
