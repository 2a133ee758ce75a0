-- grain: one row per entity_id, account_role, document_key, month_start
with

documents as (
    select * from {{ ref('int_account_documents') }}
    where not is_carried
),

reporting_months as (
    select * from {{ ref('int_reporting_months') }}
),

movements as (
    select
        entity_id,
        account_role,
        month_start,
        sum(movement_minor) as movement_minor
    from documents
    group by
        entity_id,
        account_role,
        month_start
),

-- All that was posted before the month, in one row.
brought_forward as (
    select
        movements.entity_id,
        movements.account_role,
        reporting_months.month_start,
        cast(sum(movements.movement_minor) as bigint) as opening_minor
    from movements
    inner join reporting_months
        on
            movements.entity_id = reporting_months.entity_id
            and movements.month_start < reporting_months.month_start
    group by
        movements.entity_id,
        movements.account_role,
        reporting_months.month_start
),

account_documents_not_carried as (
    select
        entity_id,
        account_role,
        'brought forward' as document_key,
        month_start,
        cast(null as {{ dbt.type_string() }}) as document_reference,
        cast(null as {{ dbt.type_string() }}) as customer_id,
        cast(null as date) as opened_date,
        opening_minor,
        0 as debit_minor,
        0 as credit_minor,
        opening_minor as closing_minor,
        0 as entry_count
    from brought_forward
    union all
    select
        entity_id,
        account_role,
        document_key,
        month_start,
        document_reference,
        customer_id,
        first_entry_date as opened_date,
        0 as opening_minor,
        debit_minor,
        credit_minor,
        movement_minor as closing_minor,
        entry_count
    from documents
)

select * from account_documents_not_carried
