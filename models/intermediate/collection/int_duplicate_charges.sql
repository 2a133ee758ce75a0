-- grain: one row per payment_id
with

payments as (
    select * from {{ ref('int_payments') }}
    where not is_out_of_band and quoted_invoice_id is not null
),

invoice_collections as (
    select * from {{ ref('int_invoice_collections') }}
),

billing_findings as (
    select * from {{ ref('billing_findings') }}
    where finding = 'duplicate_charge'
),

collected as (
    select
        *,
        sum(amount_minor) over (
            partition by quoted_invoice_id, currency_code
            order by paid_at asc, payment_id asc
            rows between unbounded preceding and current row
        ) as collected_so_far_minor
    from payments
),

-- The same amount for the same invoice within days, when it goes beyond what was due: two halves of
-- an invoice are alike and right.
duplicate_charges as (
    select
        later.payment_id,
        later.entity_id,
        later.processor_name,
        later.charge_reference,
        later.quoted_invoice_id as invoice_id,
        min(earlier.charge_reference) as earlier_reference
    from collected as later
    inner join invoice_collections
        on later.quoted_invoice_id = invoice_collections.invoice_id
    cross join billing_findings
    inner join collected as earlier
        on
            later.quoted_invoice_id = earlier.quoted_invoice_id
            and later.currency_code = earlier.currency_code
            and later.amount_minor = earlier.amount_minor
            and (
                later.paid_at > earlier.paid_at
                or (later.paid_at = earlier.paid_at and later.payment_id > earlier.payment_id)
            )
            and {{ dbt.datediff('earlier.paid_date', 'later.paid_date', 'day') }}
            <= billing_findings.window_days
    where
        later.currency_code <> invoice_collections.currency_code
        or later.collected_so_far_minor > invoice_collections.due_amount_minor
    group by
        later.payment_id,
        later.entity_id,
        later.processor_name,
        later.charge_reference,
        later.quoted_invoice_id
)

select * from duplicate_charges
