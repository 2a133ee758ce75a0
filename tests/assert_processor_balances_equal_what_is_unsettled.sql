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

-- What was there before the first landed row moved no balance here, and the first sweep took it.
openings as (
    select
        openings.entity_id,
        openings.processor_name,
        openings.currency_code,
        {{ major_units('openings.opening_amount_minor', 'currencies.exponent') }} as opening_amount
    from {{ ref('int_processor_openings') }} as openings
    inner join {{ ref('currencies') }} as currencies
        on openings.currency_code = currencies.currency_code
    where openings.opening_amount_minor <> 0
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
left join openings
    on
        balances.entity_id = openings.entity_id
        and balances.processor_name = openings.processor_name
        and balances.currency_code = openings.currency_code
        and balances.difference_amount = -openings.opening_amount
left join unreadable
    on
        balances.entity_id = unreadable.entity_id
        and balances.processor_name = unreadable.source_name
where
    unreadable.entity_id is null
    and (
        (balances.difference_amount <> 0 and openings.entity_id is null)
        or (
            balances.month_rank = 1
            and balances.closing_balance - coalesce(listed.listed_amount, 0)
            <> balances.difference_amount
        )
    )
