-- grain: one row per entity_id, client_id, service_id, period_start_date
with

quantity_rows as (
    select * from {{ ref('int_quantity_rows') }}
    where kind = 'invoiced' and mapping_class = 'mapped'
),

invoices as (
    select * from {{ ref('int_invoices') }}
    where voided_at is null
),

entities as (
    select * from {{ ref('int_entities') }}
),

services as (
    select * from {{ ref('services') }}
),

grace_periods as (
    select * from {{ ref('usage_grace') }}
),

-- An invoice in advance or within the month goes out before all of the usage; the first one after the
-- month is the one that had to have it. What is billed in arrears by the last evening has no such one.
first_invoices as (
    select
        quantity_rows.entity_id,
        quantity_rows.client_id,
        quantity_rows.service_id,
        quantity_rows.period_start_date,
        min(invoices.issued_at) as first_issued_at,
        min(case
            when
                {{ accounting_date('invoices.issued_at', 'entities.timezone') }}
                >= quantity_rows.period_end_date
                then invoices.issued_at
        end) as first_issued_after_at
    from quantity_rows
    inner join invoices
        on quantity_rows.invoice_id = invoices.invoice_id
    inner join entities
        on quantity_rows.entity_id = entities.entity_id
    group by
        quantity_rows.entity_id,
        quantity_rows.client_id,
        quantity_rows.service_id,
        quantity_rows.period_start_date
),

usage_cutoffs as (
    select
        first_invoices.entity_id,
        first_invoices.client_id,
        first_invoices.service_id,
        first_invoices.period_start_date,
        {{ dbt.dateadd(
            'minute', 'coalesce(own_grace.grace_minutes, common_grace.grace_minutes, 0)',
            'coalesce(first_invoices.first_issued_after_at, first_invoices.first_issued_at)'
        ) }} as closes_at,
        {{ dbt.dateadd(
            'minute', 'coalesce(own_grace.grace_minutes, common_grace.grace_minutes, 0)',
            'first_invoices.first_issued_after_at'
        ) }} as closes_after_period_at
    from first_invoices
    left join services
        on first_invoices.service_id = services.service_id
    left join grace_periods as own_grace
        on services.product_id = own_grace.product_id
    left join grace_periods as common_grace
        on common_grace.product_id is null
)

select * from usage_cutoffs
