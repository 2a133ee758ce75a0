-- grain: one row per entity_id, account_role, currency_code, month_start
with

account_balances as (
    select * from {{ ref('int_account_balances') }}
),

parts as (
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

-- A cause is in one class, so the classes show the named causes once more, by kind of finding.
explained as (
    select
        balances.entity_id,
        balances.account_role,
        balances.currency_code,
        balances.month_start,
        balances.month_end,
        balances.recorded_balance,
        balances.expected_balance,
        sum(case when parts.cause = 'timing' then parts.explained_amount else 0 end)
            as timing_amount,
        sum(
            case
                when parts.cause not in ('timing', 'unknown') then parts.explained_amount
                else 0
            end
        ) as named_causes_amount,
        sum(case when parts.cause = 'unknown' then parts.explained_amount else 0 end)
            as unknown_amount,
        sum(
            case when parts.cause_class = 'missing_in_ledger' then parts.explained_amount else 0 end
        ) as missing_in_ledger_amount,
        sum(case when parts.cause_class = 'only_in_ledger' then parts.explained_amount else 0 end)
            as only_in_ledger_amount,
        sum(case when parts.cause_class = 'duplicate' then parts.explained_amount else 0 end)
            as duplicate_amount,
        sum(case when parts.cause_class = 'misstated' then parts.explained_amount else 0 end)
            as misstated_amount,
        sum(case when parts.cause_class = 'misposted' then parts.explained_amount else 0 end)
            as misposted_amount,
        sum(case when parts.cause_class = 'fx' then parts.explained_amount else 0 end) as fx_amount,
        sum(case when parts.cause_class = 'other_period' then parts.explained_amount else 0 end)
            as other_period_amount,
        sum(case when parts.cause_class = 'accepted' then parts.explained_amount else 0 end)
            as accepted_amount,
        sum(case when parts.cause <> 'timing' then 1 else 0 end) as cause_count,
        sum(case when parts.cause <> 'timing' then parts.item_count else 0 end)
            as item_count
    from balances
    left join parts
        on
            balances.entity_id = parts.entity_id
            and balances.account_role = parts.account_role
            and balances.currency_code = parts.currency_code
            and balances.month_start = parts.month_start
    group by
        balances.entity_id,
        balances.account_role,
        balances.currency_code,
        balances.month_start,
        balances.month_end,
        balances.recorded_balance,
        balances.expected_balance
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
        cast(recorded_balance - expected_balance as numeric(28, 4)) as difference_amount,
        cast(timing_amount as numeric(28, 4)) as timing_amount,
        cast(named_causes_amount as numeric(28, 4)) as named_causes_amount,
        cast(unknown_amount as numeric(28, 4)) as unknown_amount,
        cast(
            recorded_balance - expected_balance
            - timing_amount - named_causes_amount - unknown_amount as numeric(28, 4)
        ) as residual_amount,
        cast(missing_in_ledger_amount as numeric(28, 4)) as missing_in_ledger_amount,
        cast(only_in_ledger_amount as numeric(28, 4)) as only_in_ledger_amount,
        cast(duplicate_amount as numeric(28, 4)) as duplicate_amount,
        cast(misstated_amount as numeric(28, 4)) as misstated_amount,
        cast(misposted_amount as numeric(28, 4)) as misposted_amount,
        cast(fx_amount as numeric(28, 4)) as fx_amount,
        cast(other_period_amount as numeric(28, 4)) as other_period_amount,
        cast(accepted_amount as numeric(28, 4)) as accepted_amount,
        cast(cause_count as bigint) as cause_count,
        cast(item_count as bigint) as item_count
    from explained
)

select * from account_proofs
