-- grain: one row per obligation_id
with

opening_balances as (
    select * from {{ ref('int_opening_balances') }}
    where
        account_role = 'deferred_revenue'
        and amount_minor <> 0
        and functional_amount_minor is not null
        and service_end_date > service_start_date
),

-- Service owed from before is an obligation like any other, booked on the day it was taken over, at
-- what the books carry it at. It has no invoice, so nothing can be refunded or credited of it.
opening_obligations as (
    select
        opening_id as obligation_id,
        entity_id,
        legacy_source as source_name,
        'opening_balances' as source_table,
        opening_id as source_record_id,
        opening_id as invoice_id,
        document_reference,
        1 as line_number,
        opening_id as contract_id,
        customer_id,
        cast(null as {{ dbt.type_string() }}) as subscription_id,
        cast(null as {{ dbt.type_string() }}) as product_id,
        'opening' as line_type,
        false as is_proration,
        currency_code,
        functional_currency_code,
        -amount_minor as billed_amount_minor,
        -amount_minor as net_amount_minor,
        0 as tax_amount_minor,
        -amount_minor as gross_amount_minor,
        -functional_amount_minor as net_functional_amount_minor,
        0 as tax_functional_amount_minor,
        abs(functional_amount_minor) as multiplier,
        abs(amount_minor) as divisor,
        balance_at as booked_at,
        balance_date as booked_date,
        cast({{ dbt.date_trunc('month', 'balance_date') }} as date) as booked_month,
        as_of_date,
        service_start_date,
        0 as service_start_second,
        service_end_date,
        0 as service_end_second,
        'daily' as convention,
        balance_at as recorded_at
    from opening_balances
)

select * from opening_obligations
