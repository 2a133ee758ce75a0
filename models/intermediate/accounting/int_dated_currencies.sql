-- grain: one row per currency_code, functional_currency_code, rate_date
with

entities as (
    select * from {{ ref('int_entities') }}
),

dated_documents as (
    select
        entity_id,
        currency_code,
        issued_date as rate_date
    from {{ ref('int_invoices') }}
    union all
    select
        entity_id,
        currency_code,
        paid_date as rate_date
    from {{ ref('int_payments') }}
    union all
    select
        entity_id,
        currency_code,
        occurred_date as rate_date
    from {{ ref('int_processor_transactions') }}
    union all
    select
        entity_id,
        currency_code,
        created_date as rate_date
    from {{ ref('int_payouts') }}
    union all
    select
        entity_id,
        currency_code,
        changed_date as rate_date
    from {{ ref('int_customer_balance_changes') }}
    union all
    select
        entity_id,
        currency_code,
        posted_date as rate_date
    from {{ ref('int_bank_lines') }}
),

dated_currencies as (
    select
        dated_documents.currency_code,
        entities.functional_currency_code,
        dated_documents.rate_date
    from dated_documents
    inner join entities
        on dated_documents.entity_id = entities.entity_id
    where dated_documents.rate_date is not null
    group by
        dated_documents.currency_code,
        entities.functional_currency_code,
        dated_documents.rate_date
)

select * from dated_currencies
