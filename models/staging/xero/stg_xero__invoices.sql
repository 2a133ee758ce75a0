-- grain: one row per relation_key, invoice_reference
with

landed as (
    select * from {{ raw('xero', 'invoice') }}
),

contacts as (
    select * from {{ ref('stg_xero__contacts') }}
),

typed as (
    select
        coalesce({{ trimmed('source_relation') }}, '') as relation_key,
        {{ trimmed('invoice_id') }} as invoice_reference,
        {{ trimmed('contact_id') }} as contact_reference,
        {{ utc_timestamp('_fivetran_synced') }} as synced_at
    from landed
),

versioned as (
    select
        *,
        row_number() over (
            partition by relation_key, invoice_reference
            order by synced_at desc nulls last, contact_reference asc
        ) as version_number
    from typed
),

-- Only whom the ledger's copy of an invoice names is read: its amounts are in the journals. A contact
-- without a customer id of billing goes by its own, which then maps to nobody.
invoices as (
    select
        versioned.relation_key,
        versioned.invoice_reference,
        coalesce(contacts.customer_reference, versioned.contact_reference) as customer_reference
    from versioned
    left join contacts
        on
            versioned.contact_reference = contacts.contact_reference
            and versioned.relation_key = contacts.relation_key
    where versioned.version_number = 1 and versioned.invoice_reference is not null
)

select * from invoices
