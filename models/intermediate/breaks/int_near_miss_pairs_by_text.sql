-- grain: one row per expected_item_id, recorded_item_id
with

quoted_words as (
    select * from {{ ref('int_quoted_words') }}
),

document_references as (
    select * from {{ ref('int_document_references') }}
    where document_kind <> 'customer'
),

expected_items as (
    select * from {{ ref('int_expected_items') }}
),

break_searches as (
    select * from {{ ref('break_searches') }}
    where search = 'text' and is_enabled
),

named_documents as (
    select
        quoted_words.item_id,
        quoted_words.leg,
        quoted_words.entity_id,
        document_references.document_kind,
        document_references.document_reference,
        document_references.payment_document_reference,
        document_references.quoted_name,
        quoted_words.exact_name is not null
        and quoted_words.exact_name = document_references.quoted_name as is_exact,
        count(*) over (partition by quoted_words.item_id) as block_count
    from quoted_words
    inner join document_references
        on
            quoted_words.entity_id = document_references.entity_id
            and quoted_words.loose_name = {{ loose_name('document_references.quoted_name') }}
),

-- A payment that names the invoice may mean its charge.
references_of_words as (
    select
        named_documents.*,
        named_documents.document_reference as sought_reference
    from named_documents
    union all
    select
        named_documents.*,
        named_documents.payment_document_reference as sought_reference
    from named_documents
    where named_documents.payment_document_reference <> named_documents.document_reference
),

near_miss_pairs_by_text as (
    select
        expected_items.item_id as expected_item_id,
        references_of_words.item_id as recorded_item_id,
        min(references_of_words.document_kind) as document_kind,
        min(references_of_words.quoted_name) as expected_name,
        max(case when references_of_words.is_exact then 1 else 0 end) = 1 as is_exact_name
    from references_of_words
    inner join expected_items
        on
            references_of_words.leg = expected_items.leg
            and references_of_words.entity_id = expected_items.entity_id
            and references_of_words.sought_reference = expected_items.document_reference
    inner join break_searches
        on references_of_words.block_count <= break_searches.largest_block
    group by
        expected_items.item_id,
        references_of_words.item_id
)

select * from near_miss_pairs_by_text
