-- grain: one row per entity_id, account_role, currency_code, month_start
with

account_balances as (
    select * from {{ ref('int_account_balances') }}
),

parts as (
    select * from {{ ref('rpt_account_proof_causes') }}
),

item_counts as (
    select * from {{ ref('int_account_item_counts') }}
),

-- A cause is in one class, so the classes show the named causes once more, by kind of finding.
explained as (
    select
        parts.entity_id,
        parts.account_role,
        parts.currency_code,
        parts.month_start,
        sum(case when parts.cause_class = 'timing' then parts.explained_amount else 0 end)
            as only_timing,
        sum(case when parts.cause = 'unknown' then parts.explained_amount else 0 end)
            as unexplained,
        sum(parts.explained_amount) as in_all,
        sum(case when parts.cause_class = 'missing_in_ledger' then parts.explained_amount end)
            as missing_in_ledger,
        sum(case when parts.cause_class = 'only_in_ledger' then parts.explained_amount end)
            as only_in_ledger,
        sum(case when parts.cause_class = 'duplicate' then parts.explained_amount end)
            as duplicates,
        sum(case when parts.cause_class = 'misstated' then parts.explained_amount end) as misstated,
        sum(case when parts.cause_class = 'misposted' then parts.explained_amount end) as misposted,
        sum(case when parts.cause_class = 'fx' then parts.explained_amount end) as fx,
        sum(case when parts.cause_class = 'other_period' then parts.explained_amount end)
            as other_period,
        sum(case when parts.cause_class = 'accepted' then parts.explained_amount end) as accepted,
        sum(case when coalesce(parts.cause_class, '') <> 'timing' then 1 else 0 end)
            as cause_count,
        sum(case when coalesce(parts.cause_class, '') <> 'timing' then parts.item_count else 0 end)
            as item_count
    from parts
    group by
        parts.entity_id,
        parts.account_role,
        parts.currency_code,
        parts.month_start
),

balances as (
    select
        account_balances.*,
        {{ major_units('recorded_balance_minor', 'functional_exponent') }} as recorded_balance,
        {{ major_units('expected_balance_minor', 'functional_exponent') }} as expected_balance
    from account_balances
),

account_proofs as (
    select
        balances.entity_id,
        balances.account_role,
        balances.functional_currency_code as currency_code,
        balances.month_start,
        balances.month_end,
        balances.recorded_balance,
        balances.expected_balance,
        cast(balances.recorded_balance - balances.expected_balance as numeric(28, 4))
            as difference_amount,
        cast(coalesce(explained.only_timing, 0) as numeric(28, 4)) as timing_amount,
        cast(
            coalesce(explained.in_all - explained.only_timing - explained.unexplained, 0)
            as numeric(28, 4)
        ) as named_causes_amount,
        cast(coalesce(explained.unexplained, 0) as numeric(28, 4)) as unknown_amount,
        cast(
            balances.recorded_balance - balances.expected_balance
            - coalesce(explained.in_all, 0) as numeric(28, 4)
        ) as residual_amount,
        cast(coalesce(explained.missing_in_ledger, 0) as numeric(28, 4))
            as missing_in_ledger_amount,
        cast(coalesce(explained.only_in_ledger, 0) as numeric(28, 4)) as only_in_ledger_amount,
        cast(coalesce(explained.duplicates, 0) as numeric(28, 4)) as duplicate_amount,
        cast(coalesce(explained.misstated, 0) as numeric(28, 4)) as misstated_amount,
        cast(coalesce(explained.misposted, 0) as numeric(28, 4)) as misposted_amount,
        cast(coalesce(explained.fx, 0) as numeric(28, 4)) as fx_amount,
        cast(coalesce(explained.other_period, 0) as numeric(28, 4)) as other_period_amount,
        cast(coalesce(explained.accepted, 0) as numeric(28, 4)) as accepted_amount,
        cast(coalesce(explained.cause_count, 0) as bigint) as cause_count,
        cast(coalesce(explained.item_count, 0) as bigint) as item_count,
        cast(coalesce(item_counts.expected_item_count, 0) as bigint) as expected_item_count,
        cast(coalesce(item_counts.recorded_item_count, 0) as bigint) as recorded_item_count,
        cast(coalesce(item_counts.unmatched_expected_count, 0) as bigint)
            as unmatched_expected_count,
        cast(coalesce(item_counts.unmatched_recorded_count, 0) as bigint)
            as unmatched_recorded_count,
        item_counts.first_unmatched_item_id
    from balances
    left join explained
        on
            balances.entity_id = explained.entity_id
            and balances.account_role = explained.account_role
            and balances.functional_currency_code = explained.currency_code
            and balances.month_start = explained.month_start
    left join item_counts
        on
            balances.entity_id = item_counts.entity_id
            and balances.account_role = item_counts.account_role
            and balances.functional_currency_code = item_counts.currency_code
            and balances.month_start = item_counts.month_start
)

select * from account_proofs
