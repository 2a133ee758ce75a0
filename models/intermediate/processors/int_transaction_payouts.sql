-- grain: one row per processor_transaction_id
with

processor_transactions as (
    select * from {{ ref('int_processor_transactions') }}
),

payouts as (
    select * from {{ ref('int_payouts') }}
),

-- The payout's own movement is the day on which what it took has left the balance.
payout_movements as (
    select
        payouts.payout_id,
        payouts.source_record_id,
        payouts.is_automatic,
        min(processor_transactions.occurred_date) as left_date
    from payouts
    inner join processor_transactions
        on
            payouts.entity_id = processor_transactions.entity_id
            and payouts.source_name = processor_transactions.source_name
            and payouts.source_record_id = processor_transactions.object_reference
            and processor_transactions.kind = 'payout'
    group by
        payouts.payout_id,
        payouts.source_record_id,
        payouts.is_automatic
),

-- A payout that came back is money of the balance again, whichever payout its return is listed with;
-- only an automatic payout says what it took.
linked as (
    select
        processor_transactions.*,
        payout_movements.payout_id as taken_by_payout_id,
        payout_movements.left_date,
        processor_transactions.kind = 'payout'
        and processor_transactions.object_reference = payout_movements.source_record_id
            as is_payout_itself
    from processor_transactions
    left join payout_movements
        on
            processor_transactions.payout_id = payout_movements.payout_id
            and payout_movements.is_automatic
            and not (
                processor_transactions.kind = 'payout_reversal'
                and processor_transactions.object_reference = payout_movements.source_record_id
            )
),

-- A payment that was changed into another currency at once, or given back in full, leaves nothing
-- for a payout to take: the transactions of one charge that come to zero settle one another.
cancelled as (
    select
        entity_id,
        source_name,
        currency_code,
        charge_reference,
        max(occurred_date) as cancelled_date
    from linked
    where taken_by_payout_id is null and charge_reference is not null
    group by
        entity_id,
        source_name,
        currency_code,
        charge_reference
    having sum(net_amount_minor) = 0
),

transaction_payouts as (
    select
        linked.processor_transaction_id,
        linked.entity_id,
        linked.processor_name,
        linked.kind,
        linked.object_reference,
        linked.charge_reference,
        linked.currency_code,
        linked.gross_amount_minor,
        linked.fee_amount_minor,
        linked.net_amount_minor,
        linked.occurred_at,
        linked.occurred_date,
        linked.taken_by_payout_id as payout_id,
        coalesce(linked.is_payout_itself, false) as is_payout_itself,
        coalesce(linked.left_date, cancelled.cancelled_date) as settled_date
    from linked
    left join cancelled
        on
            linked.taken_by_payout_id is null
            and linked.entity_id = cancelled.entity_id
            and linked.source_name = cancelled.source_name
            and linked.currency_code = cancelled.currency_code
            and linked.charge_reference = cancelled.charge_reference
)

select * from transaction_payouts
