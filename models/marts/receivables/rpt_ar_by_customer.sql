-- grain: one row per entity_id, customer_id, currency_code, month_start
with

ageing as (
    select * from {{ ref('rpt_ar_ageing') }}
),

customer_balances as (
    select * from {{ ref('rpt_customer_balances') }}
),

-- Debts and credits stand beside each other; only the exposure of one customer in one currency
-- takes one from the other.
both_sides as (
    select
        entity_id,
        customer_id,
        currency_code,
        month_start,
        month_end,
        bucket_number,
        open_amount,
        case when is_credit then open_amount else 0 end as credit_invoices_amount,
        0 as unapplied_cash_amount,
        0 as credit_balance,
        functional_currency_code,
        functional_open_amount,
        1 as invoice_count
    from ageing
    union all
    select
        entity_id,
        customer_id,
        currency_code,
        month_start,
        month_end,
        null as bucket_number,
        0 as open_amount,
        0 as credit_invoices_amount,
        unapplied_cash_amount,
        credit_balance,
        functional_currency_code,
        0 as functional_open_amount,
        0 as invoice_count
    from customer_balances
    where closing_balance <> 0 or unapplied_cash_amount <> 0
),

ar_by_customer as (
    select
        entity_id,
        customer_id,
        currency_code,
        month_start,
        month_end,
        cast(sum(case when bucket_number = 0 then open_amount else 0 end) as numeric(28, 4))
            as not_due_amount,
        cast(sum(case when bucket_number = 1 then open_amount else 0 end) as numeric(28, 4))
            as bucket_1_amount,
        cast(sum(case when bucket_number = 2 then open_amount else 0 end) as numeric(28, 4))
            as bucket_2_amount,
        cast(sum(case when bucket_number = 3 then open_amount else 0 end) as numeric(28, 4))
            as bucket_3_amount,
        cast(sum(case when bucket_number = 4 then open_amount else 0 end) as numeric(28, 4))
            as bucket_4_amount,
        cast(sum(case when bucket_number = 5 then open_amount else 0 end) as numeric(28, 4))
            as bucket_5_amount,
        cast(sum(open_amount) as numeric(28, 4)) as open_amount,
        cast(sum(credit_invoices_amount) as numeric(28, 4)) as credit_invoices_amount,
        cast(sum(unapplied_cash_amount) as numeric(28, 4)) as unapplied_cash_amount,
        cast(sum(credit_balance) as numeric(28, 4)) as credit_balance,
        cast(sum(open_amount - unapplied_cash_amount - credit_balance) as numeric(28, 4))
            as net_exposure_amount,
        functional_currency_code,
        cast(sum(functional_open_amount) as numeric(28, 4)) as functional_open_amount,
        cast(sum(invoice_count) as bigint) as invoice_count
    from both_sides
    group by
        entity_id,
        customer_id,
        currency_code,
        month_start,
        month_end,
        functional_currency_code
)

select * from ar_by_customer
