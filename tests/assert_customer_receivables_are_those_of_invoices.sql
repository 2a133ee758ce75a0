-- Invariant: a customer's age classes sum to the customer's open invoices (L19).
-- Grain: entity, customer, currency, month.
-- A row: a customer whose classes hold more or less than the invoices do.
-- Then: see whether receivable_age_buckets has a class without a column, or an invoice two customers.
with

by_invoice as (
    select
        entity_id,
        coalesce(customer_id, '') as customer_key,
        currency_code,
        month_start,
        sum(open_amount) as open_amount
    from {{ ref('rpt_ar_ageing') }}
    group by
        entity_id,
        coalesce(customer_id, ''),
        currency_code,
        month_start
),

by_customer as (
    select
        entity_id,
        coalesce(customer_id, '') as customer_key,
        currency_code,
        month_start,
        open_amount,
        not_due_amount + bucket_1_amount + bucket_2_amount + bucket_3_amount + bucket_4_amount
        + bucket_5_amount as classes_amount
    from {{ ref('rpt_ar_by_customer') }}
),

compared as (
    select
        coalesce(by_customer.entity_id, by_invoice.entity_id) as entity_id,
        coalesce(by_customer.customer_key, by_invoice.customer_key) as customer_id,
        coalesce(by_customer.currency_code, by_invoice.currency_code) as currency_code,
        coalesce(by_customer.month_start, by_invoice.month_start) as month_start,
        by_customer.open_amount,
        by_customer.classes_amount,
        by_invoice.open_amount as invoices_amount,
        case
            when by_customer.entity_id is null then 'not by customer'
            when by_customer.open_amount <> coalesce(by_invoice.open_amount, 0) then 'differs'
            when by_customer.open_amount <> by_customer.classes_amount then 'classes differ'
            else 'ok'
        end as status
    from by_customer
    full outer join by_invoice
        on
            by_customer.entity_id = by_invoice.entity_id
            and by_customer.customer_key = by_invoice.customer_key
            and by_customer.currency_code = by_invoice.currency_code
            and by_customer.month_start = by_invoice.month_start
)

select * from compared
where status <> 'ok'
