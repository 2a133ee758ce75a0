-- grain: one row per entity_id, processor_name, currency_code, month_start
with

balance_months as (
    select * from {{ ref('int_processor_balance_months') }}
),

movements as (
    select * from {{ ref('int_processor_movements_by_month') }}
),

open_amounts as (
    select * from {{ ref('int_processor_open_amounts') }}
),

changed as (
    select
        balance_months.*,
        movements.charge_amount_minor,
        movements.refund_amount_minor,
        movements.dispute_amount_minor,
        movements.fee_amount_minor,
        movements.reserve_amount_minor,
        movements.transfer_amount_minor,
        movements.topup_amount_minor,
        movements.conversion_amount_minor,
        movements.adjustment_amount_minor,
        movements.payout_amount_minor,
        movements.payout_reversal_amount_minor,
        coalesce(movements.transaction_count, 0) as transaction_count,
        movements.charge_amount_minor + movements.refund_amount_minor
        + movements.dispute_amount_minor + movements.fee_amount_minor
        + movements.reserve_amount_minor + movements.transfer_amount_minor
        + movements.topup_amount_minor + movements.conversion_amount_minor
        + movements.adjustment_amount_minor + movements.payout_amount_minor
        + movements.payout_reversal_amount_minor as change_minor
    from balance_months
    left join movements
        on
            balance_months.entity_id = movements.entity_id
            and balance_months.processor_name = movements.processor_name
            and balance_months.currency_code = movements.currency_code
            and balance_months.month_start = movements.month_start
),

-- Two ways to the balance: all that moved it until then, and what no payout has taken by then.
closed as (
    select
        balance_months.*,
        {{ processor_balance('balance_months.change_minor') }} as closing_minor,
        open_amounts.unsettled_amount_minor as unsettled_minor
    from changed as balance_months
    inner join open_amounts
        on
            balance_months.entity_id = open_amounts.entity_id
            and balance_months.processor_name = open_amounts.processor_name
            and balance_months.currency_code = open_amounts.currency_code
            and balance_months.month_start = open_amounts.month_start
),

processor_balances as (
    select
        entity_id,
        processor_name,
        currency_code,
        month_start,
        balance_date,
        {{ major_units('closing_minor - coalesce(change_minor, 0)', 'exponent') }}
            as opening_balance,
        {{ major_units('coalesce(charge_amount_minor, 0)', 'exponent') }} as charge_amount,
        {{ major_units('coalesce(refund_amount_minor, 0)', 'exponent') }} as refund_amount,
        {{ major_units('coalesce(dispute_amount_minor, 0)', 'exponent') }} as dispute_amount,
        {{ major_units('coalesce(fee_amount_minor, 0)', 'exponent') }} as fee_amount,
        {{ major_units('coalesce(reserve_amount_minor, 0)', 'exponent') }} as reserve_amount,
        {{ major_units('coalesce(transfer_amount_minor, 0)', 'exponent') }} as transfer_amount,
        {{ major_units('coalesce(topup_amount_minor, 0)', 'exponent') }} as topup_amount,
        {{ major_units('coalesce(conversion_amount_minor, 0)', 'exponent') }} as conversion_amount,
        {{ major_units('coalesce(adjustment_amount_minor, 0)', 'exponent') }} as adjustment_amount,
        {{ major_units('coalesce(payout_amount_minor, 0)', 'exponent') }} as payout_amount,
        {{ major_units('coalesce(payout_reversal_amount_minor, 0)', 'exponent') }}
            as payout_reversal_amount,
        {{ major_units('closing_minor', 'exponent') }} as closing_balance,
        {{ major_units('unsettled_minor', 'exponent') }} as unsettled_amount,
        {{ major_units('closing_minor - unsettled_minor', 'exponent') }} as difference_amount,
        cast(transaction_count as {{ dbt.type_bigint() }}) as transaction_count
    from closed
)

select * from processor_balances
