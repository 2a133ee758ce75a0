-- grain: one row per source_relation, source_record_id, version_number
with

typed as (
    select * from {{ ref('stg_stripe__invoices_typed') }}
),

invoice_line_items as (
    select * from {{ ref('stg_stripe__invoice_line_items') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

line_sums as (
    select
        coalesce(source_relation, '') as relation_key,
        invoice_reference,
        sum(amount_minor) as line_amount_minor,
        sum(case when quarantine_reason is not null then 1 else 0 end) as unreadable_lines,
        min(currency_code) as first_currency_code,
        max(currency_code) as last_currency_code
    from invoice_line_items
    where ignore_reason is null
    group by coalesce(source_relation, ''), invoice_reference
),

-- The lines carry the revenue, the invoice the receivable: an invoice whose lines are not all
-- there would leave the two apart for good, so it waits in quarantine with them.
invoices as (
    select
        typed.invoice_id,
        typed.invoice_number,
        typed.customer_id,
        typed.subscription_id,
        typed.status,
        typed.currency_code,
        typed.total_amount_minor - typed.tax_amount_minor as net_amount_minor,
        typed.tax_amount_minor,
        typed.total_amount_minor,
        typed.credit_applied_amount_minor,
        typed.paid_amount_minor,
        typed.issued_at,
        typed.due_at,
        typed.paid_at,
        typed.voided_at,
        typed.uncollectible_at,
        typed.subtotal_amount_minor,
        'stripe' as source_name,
        'invoice' as source_table,
        typed.source_record_id,
        typed.source_relation,
        typed.version_number,
        typed.customer_reference,
        typed.recorded_at,
        typed.synced_at,
        case
            when typed.source_record_id is null then 'missing_key'
            when typed.currency_code is null then 'missing_currency'
            when currencies.currency_code is null then 'unknown_currency'
            when typed.total_amount_minor is null then 'unreadable_amount'
            when typed.subtotal_amount_minor is null then 'unreadable_amount'
            when typed.tax_amount_minor is null then 'unreadable_amount'
            when typed.paid_amount_minor is null then 'unreadable_amount'
            when typed.credit_applied_amount_minor is null then 'unreadable_amount'
            when typed.issued_at is null then 'unreadable_time'
            when typed.status = 'void' and typed.voided_at is null then 'unreadable_time'
            when typed.status = 'uncollectible' and typed.uncollectible_at is null
                then 'unreadable_time'
            when coalesce(typed.status, '') not in ('open', 'paid', 'void', 'uncollectible')
                then 'unknown_status'
            when coalesce(line_sums.unreadable_lines, 0) > 0 then 'lines_do_not_sum'
            when coalesce(line_sums.line_amount_minor, 0) <> typed.subtotal_amount_minor
                then 'lines_do_not_sum'
            when
                line_sums.first_currency_code <> typed.currency_code
                or line_sums.last_currency_code <> typed.currency_code
                then 'lines_do_not_sum'
        end as quarantine_reason,
        typed.ignore_reason
    from typed
    left join currencies
        on typed.currency_code = currencies.currency_code
    left join line_sums
        on
            typed.source_record_id = line_sums.invoice_reference
            and coalesce(typed.source_relation, '') = line_sums.relation_key
)

select * from invoices
