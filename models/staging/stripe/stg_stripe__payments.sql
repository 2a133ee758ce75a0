-- grain: one row per payment_id
with

charges as (
    select * from {{ ref('stg_stripe__charges') }}
    where ignore_reason is null
),

invoices as (
    select * from {{ ref('stg_stripe__invoices') }}
    where ignore_reason is null and quarantine_reason is null
),

invoice_settlements as (
    select * from {{ ref('stg_stripe__invoice_settlements') }}
),

charge_payments as (
    select
        {{ prefixed_id('stripe', 'charges.source_relation', 'charges.source_record_id') }}
            as payment_id,
        -- Null when the invoice is not among the readable ones: the money is real all the same.
        invoices.invoice_id,
        coalesce(charges.customer_id, invoices.customer_id) as customer_id,
        charges.currency_code,
        charges.captured_amount_minor as amount_minor,
        charges.status,
        charges.recorded_at as paid_at,
        charges.source_record_id as charge_reference,
        charges.payment_reference,
        false as is_out_of_band,
        'charge' as source_table,
        charges.source_record_id,
        charges.source_relation,
        charges.recorded_at,
        charges.synced_at,
        charges.quarantine_reason
    from charges
    left join invoices
        on
            charges.invoice_reference = invoices.source_record_id
            and coalesce(charges.source_relation, '') = coalesce(invoices.source_relation, '')
),

-- What a paid invoice holds beyond the charges, notes and balances that landed came in another
-- way, or in a row that cannot be read; what landed beyond it (a second charge) was too much.
-- Either way it is settled, and the difference waits where money outside the processor does.
out_of_band_payments as (
    select
        invoices.invoice_id || ':out_of_band' as payment_id,
        invoices.invoice_id,
        invoices.customer_id,
        invoices.currency_code,
        cast(
            invoices.total_amount_minor - coalesce(invoice_settlements.settled_amount_minor, 0)
            as bigint
        ) as amount_minor,
        'succeeded' as status,
        invoices.paid_at,
        cast(null as {{ dbt.type_string() }}) as charge_reference,
        cast(null as {{ dbt.type_string() }}) as payment_reference,
        true as is_out_of_band,
        'invoice' as source_table,
        invoices.source_record_id,
        invoices.source_relation,
        invoices.recorded_at,
        invoices.synced_at,
        cast(null as {{ dbt.type_string() }}) as quarantine_reason
    from invoices
    left join invoice_settlements
        on
            invoices.source_record_id = invoice_settlements.invoice_reference
            and coalesce(invoices.source_relation, '') = invoice_settlements.relation_key
    where
        invoices.status = 'paid'
        and invoices.total_amount_minor <> coalesce(invoice_settlements.settled_amount_minor, 0)
),

payments_together as (
    select * from charge_payments
    union all
    select * from out_of_band_payments
),

payments as (
    select
        payment_id,
        invoice_id,
        customer_id,
        currency_code,
        amount_minor,
        status,
        paid_at,
        charge_reference,
        payment_reference,
        is_out_of_band,
        cast(null as {{ dbt.type_string() }}) as quoted_invoice_reference,
        cast(null as {{ dbt.type_string() }}) as quoted_invoice_number,
        'stripe' as source_name,
        source_table,
        source_record_id,
        source_relation,
        recorded_at,
        synced_at,
        quarantine_reason,
        cast(null as {{ dbt.type_string() }}) as ignore_reason
    from payments_together
    where quarantine_reason is null
)

select * from payments
