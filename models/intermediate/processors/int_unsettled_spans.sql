-- grain: one row per processor_transaction_id
with

transaction_payouts as (
    select * from {{ ref('int_transaction_payouts') }}
),

settlement_schedules as (
    select * from {{ ref('settlement_schedules') }}
),

balances as (
    select distinct
        processor_name,
        currency_code
    from transaction_payouts
),

ranked_schedules as (
    select
        balances.processor_name,
        balances.currency_code,
        settlement_schedules.stale_after_days,
        row_number() over (
            partition by balances.processor_name, balances.currency_code
            order by
                case when settlement_schedules.processor_name is null then 1 else 0 end asc,
                case when settlement_schedules.currency_code is null then 1 else 0 end asc,
                settlement_schedules.note asc
        ) as schedule_rank
    from balances
    inner join settlement_schedules
        on
            coalesce(settlement_schedules.processor_name, balances.processor_name)
            = balances.processor_name
            and coalesce(settlement_schedules.currency_code, balances.currency_code)
            = balances.currency_code
),

-- From the day on which a transaction moves the balance to the day on which a payout takes it, or to
-- no day; stale from the day after the schedule would have taken it.
unsettled_spans as (
    select
        transaction_payouts.processor_transaction_id,
        transaction_payouts.entity_id,
        transaction_payouts.processor_name,
        transaction_payouts.kind,
        transaction_payouts.object_reference,
        transaction_payouts.charge_reference,
        transaction_payouts.currency_code,
        transaction_payouts.net_amount_minor,
        transaction_payouts.occurred_date,
        transaction_payouts.settled_date,
        ranked_schedules.stale_after_days,
        case
            when ranked_schedules.stale_after_days is not null
                then cast({{ dbt.dateadd(
                    'day', 'ranked_schedules.stale_after_days + 1',
                    'transaction_payouts.occurred_date'
                ) }} as date)
        end as stale_from_date
    from transaction_payouts
    left join ranked_schedules
        on
            transaction_payouts.processor_name = ranked_schedules.processor_name
            and transaction_payouts.currency_code = ranked_schedules.currency_code
            and ranked_schedules.schedule_rank = 1
)

select * from unsettled_spans
