-- grain: one row per item_id, cause
with

break_items as (
    select * from {{ ref('int_break_items') }}
    where status = 'recorded_only' and leg = 'ledger'
),

known_documents as (
    select distinct
        entity_id,
        document_reference
    from {{ ref('int_document_references') }}
),

-- A customer is gone when the last of its subscriptions has ended.
gone_customers as (
    select
        entity_id,
        customer_id,
        max(ended_date) as gone_date
    from {{ ref('int_subscriptions') }}
    where is_current
    group by
        entity_id,
        customer_id
    having count(*) = count(ended_date)
),

postings as (
    select break_items.*
    from break_items
    left join known_documents
        on
            break_items.entity_id = known_documents.entity_id
            and break_items.document_reference = known_documents.document_reference
    where known_documents.document_reference is null
),

-- Ledgers name the customer on some lines of a journal only; it is the whole journal that is
-- about the customer.
journals_after_the_end as (
    select
        postings.entity_id,
        postings.journal_id,
        max(gone_customers.gone_date) as gone_date
    from postings
    inner join gone_customers
        on
            postings.entity_id = gone_customers.entity_id
            and postings.recorded_customer_id = gone_customers.customer_id
            and postings.item_date > gone_customers.gone_date
    where postings.journal_kind = 'invoice'
    group by
        postings.entity_id,
        postings.journal_id
),

journals_of_strangers as (
    select
        entity_id,
        journal_id,
        min(unmapped_customer_reference) as contact_reference
    from postings
    where unmapped_customer_reference is not null and recorded_customer_id is null
    group by
        entity_id,
        journal_id
),

evidence as (
    select
        postings.item_id,
        'cancellation_not_recorded' as cause,
        'the customer''s last subscription ended on '
        || cast(journals.gone_date as {{ dbt.type_string() }}) as finding
    from postings
    inner join journals_after_the_end as journals
        on
            postings.entity_id = journals.entity_id
            and postings.journal_id = journals.journal_id
    union all
    select
        postings.item_id,
        'unmapped_customer' as cause,
        'billing knows no customer ' || journals.contact_reference as finding
    from postings
    inner join journals_of_strangers as journals
        on
            postings.entity_id = journals.entity_id
            and postings.journal_id = journals.journal_id
)

select * from evidence
