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

-- Where no transaction names its payout, nothing can be compared.
itemising as (
    select distinct
        entity_id,
        processor_name
    from {{ ref('fct_payout_items') }}
),

-- The first sweep of a balance also takes what was there before the first landed row.
first_sweeps as (
    select
        entity_id,
        processor_name,
        currency_code,
        min(sent_date) as sent_date
    from {{ ref('rpt_payouts') }}
    where payout_class = 'swept'
    group by
        entity_id,
        processor_name,
        currency_code
),

openings as (
    select
        first_sweeps.entity_id,
        first_sweeps.processor_name,
        first_sweeps.currency_code,
        first_sweeps.sent_date,
        {{ major_units('openings.opening_amount_minor', 'currencies.exponent') }} as opening_amount
    from first_sweeps
    inner join {{ ref('int_processor_openings') }} as openings
        on
            first_sweeps.entity_id = openings.entity_id
            and first_sweeps.processor_name = openings.processor_name
            and first_sweeps.currency_code = openings.currency_code
    inner join {{ ref('currencies') }} as currencies
        on first_sweeps.currency_code = currencies.currency_code
    where openings.opening_amount_minor <> 0
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
inner join itemising
    on
        payouts.entity_id = itemising.entity_id
        and payouts.processor_name = itemising.processor_name
left join itemised
    on payouts.payout_id = itemised.payout_id
left join openings
    on
        payouts.entity_id = openings.entity_id
        and payouts.processor_name = openings.processor_name
        and payouts.currency_code = openings.currency_code
        and payouts.sent_date = openings.sent_date
        and payouts.difference_amount = openings.opening_amount
left join unreadable
    on
        payouts.entity_id = unreadable.entity_id
        and payouts.processor_name = unreadable.source_name
where
    payouts.payout_class in ('automatic', 'swept')
    and payouts.status <> 'canceled'
    and unreadable.entity_id is null
    and openings.entity_id is null
    and (
        payouts.payout_amount <> coalesce(itemised.itemised_amount, 0)
        or payouts.difference_amount is distinct from 0
    )
