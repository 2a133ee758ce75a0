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
transactions as (
    select
        transactions.entity_id,
        transactions.processor_name,
        transactions.currency_code,
        max(currencies.exponent) as exponent,
        sum(transactions.net_amount_minor) as net_minor
    from {{ ref('int_processor_transactions') }} as transactions
    inner join {{ ref('int_entities') }} as entities
        on
            transactions.entity_id = entities.entity_id
            and transactions.occurred_date <= entities.as_of_date
    inner join {{ ref('currencies') }} as currencies
        on transactions.currency_code = currencies.currency_code
    group by
        transactions.entity_id,
        transactions.processor_name,
        transactions.currency_code
),

last_months as (
    select
        *,
        row_number() over (
            partition by entity_id, processor_name, currency_code order by month_start desc
        ) as month_rank
    from balances
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
    coalesce(last_months.entity_id, transactions.entity_id) as entity_id,
    coalesce(last_months.processor_name, transactions.processor_name) as processor_name,
    coalesce(last_months.currency_code, transactions.currency_code) as currency_code,
    last_months.month_start,
    'all transactions' as what,
    last_months.closing_balance,
    {{ major_units('transactions.net_minor', 'transactions.exponent') }} as opening_balance
from transactions
full outer join (select * from last_months where month_rank = 1) as last_months
    on
        transactions.entity_id = last_months.entity_id
        and transactions.processor_name = last_months.processor_name
        and transactions.currency_code = last_months.currency_code
where
    last_months.closing_balance is distinct from
    {{ major_units('transactions.net_minor', 'transactions.exponent') }}
