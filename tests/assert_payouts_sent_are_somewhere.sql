-- Invariant: payouts sent = deposits + differing amounts + in transit + missing + never left (L10).
-- Grain: entity, currency.
-- A row: money that left the processors and is neither at the bank nor accounted for.
-- Then: list the payouts of that currency beside their items of the bank leg.
with

sent as (
    select
        entity_id,
        currency_code,
        sum(amount_minor) as sent_minor
    from {{ ref('int_payouts') }}
    where status <> 'canceled'
    group by entity_id, currency_code
),

payout_items as (
    select
        items.item_id,
        items.match_id,
        items.status,
        items.entity_id,
        items.currency_code,
        items.amount
    from {{ ref('fct_reconciliation_items') }} as items
    where items.leg = 'bank' and items.side = 'expected' and items.event_type = 'payout'
),

linked as (
    select distinct match_id
    from payout_items
    where match_id is not null
),

-- Deposits are what the bank says of them; the rest is what is expected and did not come so.
destinations as (
    select
        deposits.entity_id,
        deposits.currency_code,
        deposits.amount
    from {{ ref('fct_reconciliation_items') }} as deposits
    inner join linked
        on deposits.match_id = linked.match_id
    where deposits.side = 'recorded'
    union all
    select
        differences.entity_id,
        differences.currency_code,
        {{ major_units('differences.residual_amount_minor', 'currencies.exponent') }} as amount
    from {{ ref('int_match_totals') }} as differences
    inner join linked
        on differences.match_id = linked.match_id
    inner join {{ ref('currencies') }} as currencies
        on differences.currency_code = currencies.currency_code
    union all
    select
        entity_id,
        currency_code,
        amount
    from payout_items
    where match_id is null
    union all
    select
        payouts.entity_id,
        payouts.currency_code,
        {{ major_units('payouts.amount_minor', 'currencies.exponent') }} as amount
    from {{ ref('int_payouts') }} as payouts
    inner join {{ ref('currencies') }} as currencies
        on payouts.currency_code = currencies.currency_code
    where
        payouts.status <> 'canceled'
        and payouts.returned_date is null
        and (payouts.failed_at is not null or payouts.status = 'failed')
),

found as (
    select
        entity_id,
        currency_code,
        sum(amount) as found_amount
    from destinations
    group by entity_id, currency_code
),

compared as (
    select
        coalesce(sent.entity_id, found.entity_id) as entity_id,
        coalesce(sent.currency_code, found.currency_code) as currency_code,
        {{ major_units('coalesce(sent.sent_minor, 0)', 'currencies.exponent') }} as sent_amount,
        coalesce(found.found_amount, 0) as found_amount
    from sent
    full outer join found
        on
            sent.entity_id = found.entity_id
            and sent.currency_code = found.currency_code
    left join {{ ref('currencies') }} as currencies
        on coalesce(sent.currency_code, found.currency_code) = currencies.currency_code
)

select * from compared
where sent_amount <> found_amount
