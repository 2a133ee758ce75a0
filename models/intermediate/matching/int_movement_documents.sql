-- grain: one row per entity_id, document_kind, document_reference, quoted_name
with

processor_transactions as (
    select * from {{ ref('int_processor_transactions') }}
),

bank_lines as (
    select * from {{ ref('int_bank_lines') }}
),

-- What only the processor knows is called by its own name, a top-up or transfer by its object's; what
-- only the bank knows, such as its fee, by that of its line.
names as (
    select
        entity_id,
        'processor_transaction' as document_kind,
        case
            when kind in ('topup', 'transfer') then coalesce(object_reference, source_record_id)
            else source_record_id
        end as document_reference,
        source_record_id as quoted_name
    from processor_transactions
    where kind in ('topup', 'reserve', 'transfer', 'conversion')
    union all
    select
        entity_id,
        'processor_transaction' as document_kind,
        object_reference as document_reference,
        object_reference as quoted_name
    from processor_transactions
    where kind in ('topup', 'transfer') and object_reference is not null
    union all
    select
        entity_id,
        'bank_line' as document_kind,
        source_record_id as document_reference,
        source_record_id as quoted_name
    from bank_lines
),

movement_documents as (
    select distinct
        entity_id,
        document_kind,
        document_reference,
        cast(null as {{ dbt.type_string() }}) as customer_id,
        cast(null as {{ dbt.type_string() }}) as invoice_id,
        quoted_name
    from names
)

select * from movement_documents
