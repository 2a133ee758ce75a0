-- grain: one row per entity_id, document_reference, currency_code
with

recorded_items as (
    select * from {{ ref('int_recorded_items') }}
    where leg = 'bank' and document_reference is not null
),

-- What came to the bank for a document, by the lines that quote it.
bank_collections as (
    select
        entity_id,
        document_reference,
        currency_code,
        cast(sum(amount_minor) as {{ dbt.type_bigint() }}) as bank_amount_minor
    from recorded_items
    group by
        entity_id,
        document_reference,
        currency_code
)

select * from bank_collections
