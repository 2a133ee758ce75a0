-- Invariant: an automatic payout is the sum of the transactions it took, to the minor unit (L10, L19).
-- Grain: payout.
-- A row: a payout whose transactions sum to something else, with both amounts.
-- Then: list its rows in fct_payout_items; a transaction is missing, double, or in another payout.
with

itemised as (
    select
        payout_id,
        sum(gross_amount - fee_amount) as itemised_amount
    from {{ ref('fct_payout_items') }}
    group by payout_id
),

-- What cannot be read is in no payout here: it is listed in quarantine first.
unreadable as (
    select distinct
        entity_id,
        source_name
    from {{ ref('int_quarantined_rows') }}
)

select
    payouts.payout_id,
    payouts.entity_id,
    payouts.currency_code,
    payouts.payout_amount,
    itemised.itemised_amount
from {{ ref('rpt_payouts') }} as payouts
left join itemised
    on payouts.payout_id = itemised.payout_id
left join unreadable
    on
        payouts.entity_id = unreadable.entity_id
        and payouts.processor_name = unreadable.source_name
where
    payouts.payout_class in ('automatic', 'swept')
    and payouts.status <> 'canceled'
    and unreadable.entity_id is null
    and (
        payouts.payout_amount <> coalesce(itemised.itemised_amount, 0)
        or payouts.difference_amount is distinct from 0
    )
