-- grain: one row per entity_id, source_name, quoted_text
with

quoted_texts as (
    select * from {{ ref('int_quoted_texts') }}
),

document_references as (
    select * from {{ ref('int_document_references') }}
),

reference_patterns as (
    select * from {{ ref('reference_patterns') }}
),

texts_with_documents as (
    select
        quoted_texts.entity_id,
        quoted_texts.source_name,
        quoted_texts.quoted_text,
        document_references.document_kind,
        document_references.document_reference,
        document_references.payment_document_reference,
        document_references.customer_id
    from quoted_texts
    left join document_references
        on
            quoted_texts.entity_id = document_references.entity_id
            and quoted_texts.quoted_text = document_references.quoted_name
),

ids_in_texts as (
    select
        texts_with_documents.entity_id,
        texts_with_documents.source_name,
        texts_with_documents.quoted_text,
        reference_patterns.kind,
        reference_patterns.priority,
        reference_patterns.stands_alone,
        reference_patterns.canonical_prefix,
        {{ first_group_of(
            "' ' || texts_with_documents.quoted_text", 'reference_patterns.pattern'
        ) }} as quoted_id
    from texts_with_documents
    inner join reference_patterns
        on
            reference_patterns.source_name in (texts_with_documents.source_name, '*')
            and {{ dbt.position(
                "coalesce(reference_patterns.must_contain, '')", 'texts_with_documents.quoted_text'
            ) }} > 0
    where texts_with_documents.document_reference is null
),

-- What is known to billing says more than what only looks like an id.
ids_with_documents as (
    select
        ids_in_texts.entity_id,
        ids_in_texts.source_name,
        ids_in_texts.quoted_text,
        coalesce(document_references.document_kind, ids_in_texts.kind) as document_kind,
        coalesce(
            document_references.document_reference,
            coalesce(ids_in_texts.canonical_prefix, '') || ids_in_texts.quoted_id
        ) as document_reference,
        coalesce(
            document_references.payment_document_reference,
            coalesce(ids_in_texts.canonical_prefix, '') || ids_in_texts.quoted_id
        ) as payment_document_reference,
        document_references.customer_id,
        document_references.quoted_name is not null
        or ids_in_texts.canonical_prefix is not null as is_known,
        row_number() over (
            partition by
                ids_in_texts.entity_id, ids_in_texts.source_name, ids_in_texts.quoted_text
            order by
                case
                    when document_references.quoted_name is null
                        and ids_in_texts.canonical_prefix is null then 1
                    else 0
                end asc,
                ids_in_texts.priority asc,
                ids_in_texts.kind asc,
                ids_in_texts.quoted_id asc
        ) as id_rank
    from ids_in_texts
    left join document_references
        on
            ids_in_texts.entity_id = document_references.entity_id
            and ids_in_texts.quoted_id = document_references.quoted_name
    where ids_in_texts.quoted_id <> ''
        and (ids_in_texts.stands_alone or document_references.quoted_name is not null)
),

quoted_references as (
    select
        entity_id,
        source_name,
        quoted_text,
        document_kind,
        document_reference,
        payment_document_reference,
        customer_id,
        true as is_known
    from texts_with_documents
    where document_reference is not null
    union all
    select
        entity_id,
        source_name,
        quoted_text,
        document_kind,
        document_reference,
        payment_document_reference,
        customer_id,
        is_known
    from ids_with_documents
    where id_rank = 1
)

select * from quoted_references
