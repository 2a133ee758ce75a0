-- grain: one row per chain_id
with

usage_rows as (
    select * from {{ ref('int_usage_rows') }}
    where mapping_class <> 'excluded' and kind <> 'invoiced'
),

invoiced_months as (
    select * from {{ ref('int_invoiced_months') }}
    where mapping_class <> 'excluded' and not is_ahead
),

usage_agreements as (
    select * from {{ ref('int_usage_agreements') }}
),

customers as (
    select * from {{ ref('int_customers') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

-- Counts and meters know no price. Their currency is the agreement's, else the invoice's, else the
-- client's, else that of their cost, else the company's own.
named as (
    select
        entity_id,
        client_key,
        service_key,
        client_id,
        service_id,
        client_reference,
        service_reference,
        period_start_date,
        currency_code,
        1 as preference
    from usage_agreements
    union all
    select
        entity_id,
        client_key,
        service_key,
        client_id,
        service_id,
        client_reference,
        service_reference,
        period_start_date,
        currency_code,
        2 as preference
    from invoiced_months
    union all
    select
        usage_rows.entity_id,
        usage_rows.client_key,
        usage_rows.service_key,
        usage_rows.client_id,
        usage_rows.service_id,
        usage_rows.client_reference,
        usage_rows.service_reference,
        usage_rows.period_start_date,
        coalesce(
            customers.currency_code, usage_rows.currency_code, entities.functional_currency_code
        ) as currency_code,
        case
            when customers.currency_code is not null then 3
            when usage_rows.currency_code is not null then 4
            else 5
        end as preference
    from usage_rows
    inner join entities
        on usage_rows.entity_id = entities.entity_id
    left join customers
        on usage_rows.client_id = customers.customer_id
),

grouped as (
    select
        entity_id,
        client_key,
        service_key,
        period_start_date,
        currency_code,
        max(client_id) as client_id,
        max(service_id) as service_id,
        min(client_reference) as client_reference,
        min(service_reference) as service_reference,
        min(preference) as preference,
        row_number() over (
            partition by entity_id, client_key, service_key, period_start_date
            order by min(preference) asc, currency_code asc
        ) as currency_rank
    from named
    group by entity_id, client_key, service_key, period_start_date, currency_code
),

-- A currency that only counts could have is a row of its own where nothing is agreed or invoiced.
quantity_keys as (
    select
        entity_id || '|' || client_key || '|' || service_key || '|'
        || cast(period_start_date as {{ dbt.type_string() }}) || '|' || currency_code as chain_id,
        entity_id,
        client_key,
        service_key,
        client_id,
        service_id,
        client_reference,
        service_reference,
        period_start_date,
        cast({{ dbt.dateadd('month', 1, 'period_start_date') }} as date) as period_end_date,
        currency_code,
        currency_rank = 1 as has_counts
    from grouped
    where preference <= 2 or currency_rank = 1
)

select * from quantity_keys
