-- Invariant: a processor's balance by dates = the transactions that no payout has taken by then (L10).
-- Grain: entity, processor, currency, month; the transactions themselves on the as-of date.
-- A row: a balance that its own transactions do not explain.
-- Then: rpt_payouts shows the payout that is not the sum of its transactions.
with

listed as (
    select
        entity_id,
        processor_name,
        currency_code,
        sum(net_amount) as listed_amount
    from {{ ref('fct_unsettled_transactions') }}
    group by
        entity_id,
        processor_name,
        currency_code
),

balances as (
    select
        *,
        row_number() over (
            partition by entity_id, processor_name, currency_code order by month_start desc
        ) as month_rank
    from {{ ref('rpt_processor_balances') }}
),

-- What cannot be read moves no balance here and is in its payout all the same: it is listed first.
unreadable as (
    select distinct
        entity_id,
        source_name
    from {{ ref('int_quarantined_rows') }}
)

select
    balances.entity_id,
    balances.processor_name,
    balances.currency_code,
    balances.month_start,
    balances.closing_balance,
    balances.unsettled_amount,
    listed.listed_amount
from balances
left join listed
    on
        balances.entity_id = listed.entity_id
        and balances.processor_name = listed.processor_name
        and balances.currency_code = listed.currency_code
        and balances.month_rank = 1
left join unreadable
    on
        balances.entity_id = unreadable.entity_id
        and balances.processor_name = unreadable.source_name
where
    unreadable.entity_id is null
    and (
        balances.difference_amount <> 0
        or (
            balances.month_rank = 1
            and coalesce(listed.listed_amount, 0) <> balances.closing_balance
        )
    )
