-- grain: one row per relation_key, invoice_reference
with

charges as (
    select * from {{ ref('stg_stripe__charges') }}
    where ignore_reason is null and quarantine_reason is null
),

credit_notes as (
    select * from {{ ref('stg_stripe__credit_notes') }}
    where ignore_reason is null and quarantine_reason is null
),

balance_changes as (
    select * from {{ ref('stg_stripe__customer_balance_changes') }}
    where ignore_reason is null and quarantine_reason is null
),

invoices as (
    select * from {{ ref('stg_stripe__invoices') }}
    where ignore_reason is null and quarantine_reason is null
),

settled as (
    select
        {{ prefixed_id('stripe', 'source_relation', 'invoice_reference') }} as invoice_id,
        captured_amount_minor as amount_minor
    from charges
    union all
    select
        invoice_id,
        total_amount_minor as amount_minor
    from credit_notes
    where kind = 'pre_payment' and voided_at is null
    union all
    select
        invoice_id,
        amount_minor
    from balance_changes
    where kind = 'applied'
),

-- What landed of how an invoice was settled, whatever the invoice itself says about it.
invoice_settlements as (
    select
        coalesce(invoices.source_relation, '') as relation_key,
        invoices.source_record_id as invoice_reference,
        cast(sum(settled.amount_minor) as bigint) as settled_amount_minor
    from settled
    inner join invoices
        on settled.invoice_id = invoices.invoice_id
    group by coalesce(invoices.source_relation, ''), invoices.source_record_id
)

select * from invoice_settlements
