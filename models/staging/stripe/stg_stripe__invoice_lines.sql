-- grain: one row per source_relation, source_record_id, version_number
with

invoice_line_items as (
    select * from {{ ref('stg_stripe__invoice_line_items') }}
),

invoices as (
    select * from {{ ref('stg_stripe__invoices') }}
    where version_number = 1 and source_record_id is not null
),

prices as (
    select * from {{ ref('stg_stripe__prices') }}
    where version_number = 1 and source_record_id is not null
),

allocations as (
    select * from {{ ref('stg_stripe__invoice_line_allocations') }}
),

invoice_lines as (
    select
        {{ prefixed_id(
            'stripe', 'invoice_line_items.source_relation', 'invoice_line_items.source_record_id'
        ) }} as invoice_line_id,
        invoices.invoice_id,
        invoices.customer_id,
        coalesce(
            {{ prefixed_id(
                'stripe', 'invoice_line_items.source_relation',
                'invoice_line_items.subscription_reference'
            ) }},
            invoices.subscription_id
        ) as subscription_id,
        {{ prefixed_id(
            'stripe', 'invoice_line_items.source_relation',
            'invoice_line_items.subscription_item_reference'
        ) }} as subscription_item_id,
        prices.product_id,
        {{ prefixed_id(
            'stripe', 'invoice_line_items.source_relation', 'invoice_line_items.price_reference'
        ) }} as price_id,
        case
            when prices.is_metered then 'usage'
            when
                invoice_line_items.stripe_line_type = 'invoiceitem'
                and not invoice_line_items.is_proration
                then 'one_off'
            else 'subscription'
        end as line_type,
        invoice_line_items.is_proration,
        invoice_line_items.quantity,
        invoice_line_items.currency_code,
        allocations.net_amount_minor,
        allocations.tax_amount_minor,
        -- A line without a period was delivered when it was invoiced.
        coalesce(invoice_line_items.period_start_at, invoices.issued_at) as service_start_at,
        coalesce(
            invoice_line_items.period_end_at, invoice_line_items.period_start_at, invoices.issued_at
        ) as service_end_at,
        invoice_line_items.metadata_text,
        allocations.line_number,
        invoice_line_items.amount_minor as landed_amount_minor,
        'stripe' as source_name,
        'invoice_line_item' as source_table,
        invoice_line_items.source_record_id,
        invoice_line_items.source_relation,
        invoice_line_items.version_number,
        invoices.recorded_at,
        invoice_line_items.synced_at,
        case
            when invoice_line_items.quarantine_reason is not null
                then invoice_line_items.quarantine_reason
            when invoices.invoice_id is null then 'parent_missing'
            when invoices.quarantine_reason is not null then 'parent_quarantined'
        end as quarantine_reason,
        coalesce(invoice_line_items.ignore_reason, invoices.ignore_reason) as ignore_reason
    from invoice_line_items
    left join invoices
        on
            invoice_line_items.invoice_reference = invoices.source_record_id
            and coalesce(invoice_line_items.source_relation, '')
            = coalesce(invoices.source_relation, '')
    left join prices
        on
            invoice_line_items.price_reference = prices.source_record_id
            and coalesce(invoice_line_items.source_relation, '')
            = coalesce(prices.source_relation, '')
    left join allocations
        on
            invoice_line_items.source_record_id = allocations.source_record_id
            and coalesce(invoice_line_items.source_relation, '') = allocations.relation_key
            and invoice_line_items.version_number = 1
)

select * from invoice_lines
