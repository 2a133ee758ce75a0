-- grain: one row per payout_id
with

payouts as (
    select * from {{ ref('int_payouts') }}
),

payout_items as (
    select * from {{ ref('fct_payout_items') }}
),

items as (
    select * from {{ ref('fct_reconciliation_items') }}
    where leg = 'bank' and side = 'expected'
),

currencies as (
    select * from {{ ref('currencies') }}
),

itemised as (
    select
        payout_id,
        count(*) as transaction_count,
        cast(sum(net_amount) as numeric(28, 4)) as itemised_amount
    from payout_items
    group by payout_id
),

-- One that was sent back is two items at the bank, the deposit and its return.
at_the_bank as (
    select
        entity_id,
        source_name,
        document_reference,
        min(case when event_type = 'payout' then status end) as bank_status
    from items
    group by
        entity_id,
        source_name,
        document_reference
),

classed as (
    select
        payouts.*,
        case
            when payouts.is_automatic and payouts.payout_method = 'sweep' then 'swept'
            when payouts.is_automatic then 'automatic'
            when payouts.payout_method = 'instant' then 'instant'
            else 'manual'
        end as payout_class,
        {{ major_units('payouts.amount_minor', 'currencies.exponent') }} as payout_amount
    from payouts
    inner join currencies
        on payouts.currency_code = currencies.currency_code
),

-- Only an automatic payout says what is in it; of one asked for by hand there is nothing to compare.
payouts_itemised as (
    select
        classed.payout_id,
        classed.entity_id,
        classed.processor_name,
        classed.payout_class,
        classed.status,
        classed.currency_code,
        classed.payout_amount,
        case
            when classed.is_automatic
                then cast(coalesce(itemised.itemised_amount, 0) as numeric(28, 4))
        end as itemised_amount,
        case
            when classed.is_automatic
                then cast(
                        classed.payout_amount - coalesce(itemised.itemised_amount, 0)
                        as numeric(28, 4)
                    )
        end as difference_amount,
        cast(coalesce(itemised.transaction_count, 0) as {{ dbt.type_bigint() }})
            as transaction_count,
        classed.created_date as sent_date,
        classed.arrival_date,
        classed.failed_date,
        classed.returned_date,
        {{ dbt.datediff(
            'classed.created_date', 'classed.arrival_date', 'day'
        ) }} as days_to_arrival,
        coalesce(at_the_bank.bank_status, 'not_expected') as bank_status
    from classed
    left join itemised
        on classed.payout_id = itemised.payout_id
    left join at_the_bank
        on
            classed.entity_id = at_the_bank.entity_id
            and classed.source_name = at_the_bank.source_name
            and classed.source_record_id = at_the_bank.document_reference
)

select * from payouts_itemised
