-- grain: one row per item_id
with

usage_dues as (
    select * from {{ ref('int_usage_dues') }}
),

invoiced_months as (
    select * from {{ ref('int_invoiced_months') }}
    where mapping_class <> 'excluded' and not is_ahead
),

quantity_rows as (
    select * from {{ ref('int_quantity_rows') }}
),

invoices as (
    select * from {{ ref('int_invoices') }}
),

invoiced as (
    select
        invoiced_months.entity_id,
        invoiced_months.client_key,
        invoiced_months.service_key,
        invoiced_months.period_start_date,
        invoiced_months.currency_code,
        sum(invoiced_months.amount_minor - invoiced_months.credited_amount_minor)
            as amount_minor,
        max(coalesce(invoices.issued_date, invoiced_months.period_start_date))
            as invoiced_date,
        max(quantity_rows.recorded_at) as recorded_at,
        min(quantity_rows.source_name) as source_name,
        min(quantity_rows.source_table) as source_table,
        min(quantity_rows.source_record_id) as source_record_id
    from invoiced_months
    inner join quantity_rows
        on invoiced_months.quantity_row_id = quantity_rows.quantity_row_id
    left join invoices
        on invoiced_months.invoice_id = invoices.invoice_id
    group by
        invoiced_months.entity_id,
        invoiced_months.client_key,
        invoiced_months.service_key,
        invoiced_months.period_start_date,
        invoiced_months.currency_code
),

-- What is invoiced before its month is over waits with the month, like what is due for it.
recorded_items as (
    select
        'usage:recorded:' || usage_dues.chain_id as item_id,
        'usage' as leg,
        usage_dues.chain_id,
        usage_dues.entity_id,
        'usage' as account_role,
        usage_dues.document_reference,
        usage_dues.client_id as customer_id,
        usage_dues.currency_code,
        cast(invoiced.amount_minor as {{ dbt.type_bigint() }}) as amount_minor,
        greatest(invoiced.invoiced_date, usage_dues.item_date) as item_date,
        invoiced.recorded_at,
        invoiced.source_name,
        invoiced.source_table,
        invoiced.source_record_id,
        usage_dues.document_reference as quoted_text
    from usage_dues
    inner join invoiced
        on
            usage_dues.entity_id = invoiced.entity_id
            and usage_dues.client_key = invoiced.client_key
            and usage_dues.service_key = invoiced.service_key
            and usage_dues.period_start_date = invoiced.period_start_date
            and usage_dues.currency_code = invoiced.currency_code
)

select * from recorded_items
