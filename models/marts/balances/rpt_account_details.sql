-- grain: one row per entity_id, account_role, currency_code, month_start, document_key
with

carried as (
    select * from {{ ref('int_account_documents_carried') }}
),

not_carried as (
    select * from {{ ref('int_account_documents_not_carried') }}
),

reporting_months as (
    select * from {{ ref('int_reporting_months') }}
),

documents as (
    select * from carried
    union all
    select * from not_carried
),

account_details as (
    select
        documents.entity_id,
        documents.account_role,
        reporting_months.functional_currency_code as currency_code,
        documents.month_start,
        reporting_months.month_end,
        documents.document_key,
        documents.document_reference,
        documents.customer_id,
        documents.opened_date,
        cast({{ dbt.datediff(
            'documents.opened_date',
            'least(reporting_months.month_end, reporting_months.as_of_date)',
            'day'
        ) }} as integer) as days_open,
        {{ major_units('documents.opening_minor', 'reporting_months.functional_exponent') }}
            as opening_balance,
        {{ major_units('documents.debit_minor', 'reporting_months.functional_exponent') }}
            as debit_amount,
        {{ major_units('documents.credit_minor', 'reporting_months.functional_exponent') }}
            as credit_amount,
        {{ major_units('documents.closing_minor', 'reporting_months.functional_exponent') }}
            as closing_balance,
        cast(documents.entry_count as bigint) as entry_count
    from documents
    inner join reporting_months
        on
            documents.entity_id = reporting_months.entity_id
            and documents.month_start = reporting_months.month_start
)

select * from account_details
