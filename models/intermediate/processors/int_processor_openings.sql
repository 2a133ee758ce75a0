-- grain: one row per entity_id, processor_name, currency_code, opening_amount_minor
with

transactions as (
    select * from {{ ref('int_processor_transactions') }}
),

transaction_payouts as (
    select * from {{ ref('int_transaction_payouts') }}
    where payout_id is not null and not is_payout_itself
),

sweeps as (
    select * from {{ ref('int_payouts') }}
    where payout_method = 'sweep'
),

-- A history that begins after the account has a balance from before: what the processor stated at
-- its first moment, less what had landed by then. Several rows may share that moment, and only one
-- of them states what was left after all of them.
first_moments as (
    select
        entity_id,
        processor_name,
        currency_code,
        min(occurred_at) as occurred_at
    from transactions
    where ending_balance_amount_minor is not null
    group by
        entity_id,
        processor_name,
        currency_code
),

landed_by_then as (
    select
        first_moments.entity_id,
        first_moments.processor_name,
        first_moments.currency_code,
        first_moments.occurred_at,
        sum(transactions.net_amount_minor) as net_amount_minor
    from first_moments
    inner join transactions
        on
            first_moments.entity_id = transactions.entity_id
            and first_moments.processor_name = transactions.processor_name
            and first_moments.currency_code = transactions.currency_code
            and first_moments.occurred_at >= transactions.occurred_at
    group by
        first_moments.entity_id,
        first_moments.processor_name,
        first_moments.currency_code,
        first_moments.occurred_at
),

-- Where it states nothing, the first sweep tells: it took the whole balance.
ranked_sweeps as (
    select
        *,
        row_number() over (
            partition by entity_id, processor_name, currency_code
            order by created_at asc, payout_id asc
        ) as sweep_rank
    from sweeps
),

swept as (
    select
        payout_id,
        sum(net_amount_minor) as net_amount_minor
    from transaction_payouts
    group by payout_id
),

openings as (
    select distinct
        landed_by_then.entity_id,
        landed_by_then.processor_name,
        landed_by_then.currency_code,
        transactions.ending_balance_amount_minor - landed_by_then.net_amount_minor
            as opening_amount_minor
    from landed_by_then
    inner join transactions
        on
            landed_by_then.entity_id = transactions.entity_id
            and landed_by_then.processor_name = transactions.processor_name
            and landed_by_then.currency_code = transactions.currency_code
            and landed_by_then.occurred_at = transactions.occurred_at
    where transactions.ending_balance_amount_minor is not null
    union all
    select
        ranked_sweeps.entity_id,
        ranked_sweeps.processor_name,
        ranked_sweeps.currency_code,
        ranked_sweeps.amount_minor - coalesce(swept.net_amount_minor, 0) as opening_amount_minor
    from ranked_sweeps
    left join swept
        on ranked_sweeps.payout_id = swept.payout_id
    left join first_moments
        on
            ranked_sweeps.entity_id = first_moments.entity_id
            and ranked_sweeps.processor_name = first_moments.processor_name
            and ranked_sweeps.currency_code = first_moments.currency_code
    where ranked_sweeps.sweep_rank = 1 and first_moments.entity_id is null
),

processor_openings as (
    select
        entity_id,
        processor_name,
        currency_code,
        cast(opening_amount_minor as {{ dbt.type_bigint() }}) as opening_amount_minor
    from openings
)

select * from processor_openings
