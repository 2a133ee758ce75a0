-- grain: one row per invoice_id
with

invoices as (
    select * from {{ ref('int_invoices') }}
),

payments as (
    select * from {{ ref('int_payments') }}
    where not is_out_of_band
),

credit_notes as (
    select * from {{ ref('int_credit_notes') }}
    where voided_at is null
),

balance_changes as (
    select * from {{ ref('int_customer_balance_changes') }}
    where kind = 'applied'
),

payment_attempts as (
    select * from {{ ref('int_payment_attempts') }}
),

movements as (
    select
        invoice_id,
        amount_minor as collected_minor,
        0 as settled_minor,
        0 as attempt_count,
        0 as note_count
    from payments
    union all
    select
        invoice_id,
        0 as collected_minor,
        case when kind = 'pre_payment' then total_amount_minor else 0 end as settled_minor,
        0 as attempt_count,
        case when kind = 'pre_payment' then 0 else 1 end as note_count
    from credit_notes
    union all
    select
        invoice_id,
        0 as collected_minor,
        amount_minor as settled_minor,
        0 as attempt_count,
        0 as note_count
    from balance_changes
    union all
    select
        invoice_id,
        0 as collected_minor,
        0 as settled_minor,
        1 as attempt_count,
        0 as note_count
    from payment_attempts
),

totals as (
    select
        invoice_id,
        cast(sum(collected_minor) as {{ dbt.type_bigint() }}) as collected_amount_minor,
        cast(sum(settled_minor) as {{ dbt.type_bigint() }}) as settled_amount_minor,
        cast(sum(attempt_count) as {{ dbt.type_bigint() }}) as attempt_count,
        cast(sum(note_count) as {{ dbt.type_bigint() }}) as note_count
    from movements
    where invoice_id is not null
    group by invoice_id
),

-- What money was due: the total less notes before payment and less what a balance paid.
invoice_collections as (
    select
        invoices.invoice_id,
        invoices.entity_id,
        invoices.source_record_id as invoice_reference,
        invoices.invoice_number,
        invoices.status as invoice_status,
        invoices.currency_code,
        invoices.paid_at,
        invoices.total_amount_minor - coalesce(totals.settled_amount_minor, 0) as due_amount_minor,
        coalesce(totals.collected_amount_minor, 0) as collected_amount_minor,
        coalesce(totals.attempt_count, 0) as attempt_count,
        coalesce(totals.note_count, 0) as note_count
    from invoices
    left join totals
        on invoices.invoice_id = totals.invoice_id
)

select * from invoice_collections
