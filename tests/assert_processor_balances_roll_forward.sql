-- Invariant: opening + everything that moved a processor's balance = closing = next opening (L8, L10).
-- Grain: entity, processor, currency, month.
-- A row: a month whose columns do not lead to its closing balance, or to all money moved until then.
-- Then: look for a kind of transaction that rpt_processor_balances has no column for.
with

balances as (
    select
        *,
        lag(closing_balance) over (
            partition by entity_id, processor_name, currency_code order by month_start
        ) as closing_before_balance
    from {{ ref('rpt_processor_balances') }}
),

-- All there is, whatever its kind, straight from the transactions.
all_money as (
    select
        movements.entity_id,
        movements.processor_name,
        movements.currency_code,
        max(currencies.exponent) as exponent,
        sum(movements.net_amount_minor) as net_minor
    from {{ ref('int_processor_transactions') }} as movements
    inner join {{ ref('int_entities') }} as entities
        on
            movements.entity_id = entities.entity_id
            and movements.occurred_date <= entities.as_of_date
    inner join {{ ref('currencies') }} as currencies
        on movements.currency_code = currencies.currency_code
    group by
        movements.entity_id,
        movements.processor_name,
        movements.currency_code
),

ranked_months as (
    select
        *,
        row_number() over (
            partition by entity_id, processor_name, currency_code order by month_start desc
        ) as month_rank
    from balances
),

last_months as (
    select * from ranked_months
    where month_rank = 1
)

select
    entity_id,
    processor_name,
    currency_code,
    month_start,
    'movements' as what,
    closing_balance,
    opening_balance
from balances
where
    opening_balance + charge_amount + refund_amount + dispute_amount + fee_amount
    + reserve_amount + transfer_amount + topup_amount + conversion_amount + adjustment_amount
    + payout_amount + payout_reversal_amount <> closing_balance
    or opening_balance <> coalesce(closing_before_balance, 0)
union all
select
    coalesce(last_months.entity_id, all_money.entity_id) as entity_id,
    coalesce(last_months.processor_name, all_money.processor_name) as processor_name,
    coalesce(last_months.currency_code, all_money.currency_code) as currency_code,
    last_months.month_start,
    'all transactions' as what,
    last_months.closing_balance,
    {{ major_units('all_money.net_minor', 'all_money.exponent') }} as opening_balance
from all_money
full outer join last_months
    on
        all_money.entity_id = last_months.entity_id
        and all_money.processor_name = last_months.processor_name
        and all_money.currency_code = last_months.currency_code
where
    last_months.closing_balance is distinct from
    {{ major_units('all_money.net_minor', 'all_money.exponent') }}
