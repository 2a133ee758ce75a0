-- grain: one row per relation_key, source_record_id
with

transactions as (
    select
        *,
        coalesce(source_relation, '') as relation_key
    from {{ ref('stg_paypal__transactions') }}
    where ignore_reason is null and quarantine_reason is null
),

-- A chargeback, its reversal and its fee name the payment or one another.
with_charges as (
    select
        transactions.relation_key,
        transactions.source_record_id,
        transactions.kind,
        transactions.currency_code,
        transactions.occurred_at,
        transactions.is_sweep,
        transactions.reference_id,
        referenced.kind as referenced_kind,
        case
            when transactions.kind = 'charge' then transactions.source_record_id
            when referenced.kind = 'charge' then referenced.source_record_id
            else coalesce(referenced.reference_id, transactions.reference_id)
        end as charge_reference
    from transactions
    left join transactions as referenced
        on
            transactions.relation_key = referenced.relation_key
            and transactions.reference_id = referenced.source_record_id
),

-- A sweep takes the whole balance of its currency: how many came before a row says which one took
-- it. The reversals of a charge's disputes belong to the dispute before them in the same way.
counted as (
    select
        *,
        coalesce(sum(case when is_sweep then 1 else 0 end) over (
            partition by relation_key, currency_code
            order by occurred_at asc, is_sweep asc, source_record_id asc
            rows between unbounded preceding and 1 preceding
        ), 0) as sweeps_before,
        sum(case when kind = 'dispute' then 1 else 0 end) over (
            partition by relation_key, charge_reference
            order by occurred_at asc, kind asc, source_record_id asc
            rows between unbounded preceding and current row
        ) as disputes_so_far
    from with_charges
),

linked as (
    select
        *,
        max(case when is_sweep then source_record_id end) over (
            partition by relation_key, currency_code, sweeps_before
        ) as payout_reference,
        max(case when kind = 'dispute' then source_record_id end) over (
            partition by relation_key, charge_reference, disputes_so_far
        ) as dispute_reference
    from counted
),

-- What undoes something that has not landed has nothing to be posted with: it stands for itself.
transaction_links as (
    select
        relation_key,
        source_record_id,
        charge_reference,
        case
            when kind = 'dispute_reversal' and dispute_reference is null then 'adjustment'
            when kind = 'refund_failure' and coalesce(referenced_kind, '') <> 'refund'
                then 'adjustment'
            else kind
        end as kind,
        case
            when kind = 'dispute_reversal' then coalesce(dispute_reference, source_record_id)
            when kind in ('payout_reversal', 'refund_failure')
                then coalesce(reference_id, source_record_id)
            else source_record_id
        end as object_reference,
        payout_reference
    from linked
)

select * from transaction_links
