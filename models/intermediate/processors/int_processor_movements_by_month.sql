-- grain: one row per entity_id, processor_name, currency_code, month_start
with

transactions as (
    select * from {{ ref('int_processor_transactions') }}
),

balance_months as (
    select * from {{ ref('int_processor_balance_months') }}
),

-- The fee of a payment stands in a column of it and is a fee like any other.
movements as (
    select
        transactions.entity_id,
        transactions.processor_name,
        transactions.currency_code,
        cast({{ dbt.date_trunc('month', 'transactions.occurred_date') }} as date) as month_start,
        sum(case when transactions.kind = 'charge' then transactions.gross_amount_minor else 0 end)
            as charge_amount_minor,
        sum(case
            when transactions.kind in ('refund', 'refund_failure')
                then transactions.gross_amount_minor
            else 0
        end) as refund_amount_minor,
        sum(case
            when transactions.kind in ('dispute', 'dispute_reversal')
                then transactions.gross_amount_minor
            else 0
        end) as dispute_amount_minor,
        sum(case
            when transactions.kind = 'fee' then transactions.net_amount_minor
            else -transactions.fee_amount_minor
        end) as fee_amount_minor,
        sum(case when transactions.kind = 'reserve' then transactions.gross_amount_minor else 0 end)
            as reserve_amount_minor,
        sum(case
            when transactions.kind = 'transfer' then transactions.gross_amount_minor else 0
        end) as transfer_amount_minor,
        sum(case when transactions.kind = 'topup' then transactions.gross_amount_minor else 0 end)
            as topup_amount_minor,
        sum(case
            when transactions.kind = 'conversion' then transactions.gross_amount_minor else 0
        end) as conversion_amount_minor,
        sum(case
            when transactions.kind = 'adjustment' then transactions.gross_amount_minor else 0
        end) as adjustment_amount_minor,
        sum(case when transactions.kind = 'payout' then transactions.gross_amount_minor else 0 end)
            as payout_amount_minor,
        sum(case
            when transactions.kind = 'payout_reversal' then transactions.gross_amount_minor else 0
        end) as payout_reversal_amount_minor,
        count(*) as transaction_count
    from transactions
    inner join balance_months
        on
            transactions.entity_id = balance_months.entity_id
            and transactions.processor_name = balance_months.processor_name
            and transactions.currency_code = balance_months.currency_code
            and transactions.occurred_date <= balance_months.balance_date
            and cast({{ dbt.date_trunc('month', 'transactions.occurred_date') }} as date)
            = balance_months.month_start
    group by
        transactions.entity_id,
        transactions.processor_name,
        transactions.currency_code,
        cast({{ dbt.date_trunc('month', 'transactions.occurred_date') }} as date)
)

select * from movements
