-- grain: one row per entity_id, account_role, currency_code, month_start
with

account_balances as (
    select * from {{ ref('int_account_balances') }}
),

proof_causes as (
    select * from {{ ref('rpt_account_proof_causes') }}
),

balances as (
    select
        entity_id,
        account_role,
        functional_currency_code as currency_code,
        month_start,
        month_end,
        {{ major_units('recorded_balance_minor', 'functional_exponent') }} as recorded_balance,
        {{ major_units('expected_balance_minor', 'functional_exponent') }} as expected_balance
    from account_balances
),

by_class as (
    select
        entity_id,
        account_role,
        currency_code,
        month_start,
        sum(case when cause = 'timing' then explained_amount else 0 end) as timing_amount,
        sum(case when cause in ('timing', 'unknown') then 0 else explained_amount end)
            as named_causes_amount,
        sum(case when cause = 'unknown' then explained_amount else 0 end) as unknown_amount,
        sum(case when cause = 'timing' then 0 else 1 end) as cause_count,
        sum(case when cause = 'timing' then 0 else item_count end) as item_count
    from proof_causes
    group by
        entity_id,
        account_role,
        currency_code,
        month_start
),

explained as (
    select
        balances.entity_id,
        balances.account_role,
        balances.currency_code,
        balances.month_start,
        balances.month_end,
        balances.recorded_balance,
        balances.expected_balance,
        balances.recorded_balance - balances.expected_balance as difference_amount,
        coalesce(by_class.timing_amount, 0) as timing_amount,
        coalesce(by_class.named_causes_amount, 0) as named_causes_amount,
        coalesce(by_class.unknown_amount, 0) as unknown_amount,
        coalesce(by_class.cause_count, 0) as cause_count,
        coalesce(by_class.item_count, 0) as item_count
    from balances
    left join by_class
        on
            balances.entity_id = by_class.entity_id
            and balances.account_role = by_class.account_role
            and balances.currency_code = by_class.currency_code
            and balances.month_start = by_class.month_start
),

account_proofs as (
    select
        entity_id,
        account_role,
        currency_code,
        month_start,
        month_end,
        recorded_balance,
        expected_balance,
        cast(difference_amount as numeric(28, 4)) as difference_amount,
        cast(timing_amount as numeric(28, 4)) as timing_amount,
        cast(named_causes_amount as numeric(28, 4)) as named_causes_amount,
        cast(unknown_amount as numeric(28, 4)) as unknown_amount,
        cast(
            difference_amount - timing_amount - named_causes_amount - unknown_amount
            as numeric(28, 4)
        ) as residual_amount,
        cast(cause_count as bigint) as cause_count,
        cast(item_count as bigint) as item_count
    from explained
)

select * from account_proofs
