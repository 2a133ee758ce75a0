-- grain: one row per relation_key, contact_reference
with

landed as (
    select * from {{ raw('xero', 'contact') }}
),

typed as (
    select
        coalesce({{ trimmed('source_relation') }}, '') as relation_key,
        {{ trimmed('contact_id') }} as contact_reference,
        {{ trimmed('account_number') }} as customer_reference,
        {{ truth('_fivetran_deleted', 'false') }} as is_deleted,
        {{ utc_timestamp('_fivetran_synced') }} as synced_at
    from landed
),

versioned as (
    select
        *,
        row_number() over (
            partition by relation_key, contact_reference
            order by synced_at desc nulls last, is_deleted asc, customer_reference asc
        ) as version_number
    from typed
),

-- The billing system's customer id is kept in the contact's account number.
contacts as (
    select
        relation_key,
        contact_reference,
        customer_reference
    from versioned
    where version_number = 1 and contact_reference is not null and not is_deleted
)

select * from contacts
