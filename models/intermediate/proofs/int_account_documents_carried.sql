-- grain: one row per entity_id, account_role, document_key, month_start
with

documents as (
    select * from {{ ref('int_account_documents') }}
    where is_carried
),

reporting_months as (
    select * from {{ ref('int_reporting_months') }}
),

to_date as (
    select
        *,
        cast(sum(movement_minor) over (
            partition by entity_id, account_role, document_key order by month_start
            rows between unbounded preceding and current row
        ) as bigint) as closing_minor,
        min(first_entry_date) over (
            partition by entity_id, account_role, document_key
        ) as opened_date,
        lead(month_start) over (
            partition by entity_id, account_role, document_key order by month_start
        ) as next_moved_month
    from documents
),

-- A row in the month of a movement, and in every further month while something is open.
laid_out as (
    select
        to_date.*,
        reporting_months.month_start as balance_month,
        reporting_months.month_start = to_date.month_start as has_moved
    from to_date
    inner join reporting_months
        on
            to_date.entity_id = reporting_months.entity_id
            and to_date.month_start <= reporting_months.month_start
            and (
                to_date.next_moved_month is null
                or to_date.next_moved_month > reporting_months.month_start
            )
    where
        to_date.closing_minor <> 0
        or reporting_months.month_start = to_date.month_start
),

account_documents_carried as (
    select
        entity_id,
        account_role,
        document_key,
        balance_month as month_start,
        document_reference,
        customer_id,
        opened_date,
        closing_minor - case when has_moved then movement_minor else 0 end as opening_minor,
        case when has_moved then debit_minor else 0 end as debit_minor,
        case when has_moved then credit_minor else 0 end as credit_minor,
        closing_minor,
        case when has_moved then entry_count else 0 end as entry_count
    from laid_out
)

select * from account_documents_carried
