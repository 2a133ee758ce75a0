-- grain: one row per payout_id, processor_transaction_id
with

transaction_payouts as (
    select * from {{ ref('int_transaction_payouts') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

payout_items as (
    select
        transaction_payouts.payout_id,
        transaction_payouts.processor_transaction_id,
        transaction_payouts.entity_id,
        transaction_payouts.processor_name,
        transaction_payouts.kind,
        transaction_payouts.object_reference,
        transaction_payouts.occurred_date,
        transaction_payouts.currency_code,
        {{ major_units('transaction_payouts.gross_amount_minor', 'currencies.exponent') }}
            as gross_amount,
        {{ major_units('transaction_payouts.fee_amount_minor', 'currencies.exponent') }}
            as fee_amount,
        {{ major_units('transaction_payouts.net_amount_minor', 'currencies.exponent') }}
            as net_amount
    from transaction_payouts
    inner join currencies
        on transaction_payouts.currency_code = currencies.currency_code
    where
        transaction_payouts.payout_id is not null
        and not transaction_payouts.is_payout_itself
)

select * from payout_items
