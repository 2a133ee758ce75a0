-- Invariant: contract liabilities less assets are deferred revenue less unbilled receivable.
-- Grain: entity, currency, finished month.
-- A row: a month in which the contracts sum to another balance than the two accounts.
-- Then: sum the entries of both accounts by contract and compare with rpt_contract_balances.
with

posted as (
    select
        entries.entity_id,
        entries.currency_code,
        months.month_start,
        -sum({{ major_units('entries.amount_minor', 'currencies.exponent') }}) as account_amount
    from {{ ref('int_expected_entries') }} as entries
    inner join {{ ref('int_reporting_months') }} as months
        on
            entries.entity_id = months.entity_id
            and entries.entry_date <= months.month_end
            and months.month_end <= months.as_of_date
    inner join {{ ref('currencies') }} as currencies
        on entries.currency_code = currencies.currency_code
    where entries.account_role in ('deferred_revenue', 'unbilled_receivable')
    group by
        entries.entity_id,
        entries.currency_code,
        months.month_start
),

contracts as (
    select
        entity_id,
        currency_code,
        month_start,
        sum(contract_liability_amount - contract_asset_amount) as contracts_amount
    from {{ ref('rpt_contract_balances') }}
    group by
        entity_id,
        currency_code,
        month_start
),

compared as (
    select
        coalesce(posted.entity_id, contracts.entity_id) as entity_id,
        coalesce(posted.currency_code, contracts.currency_code) as currency_code,
        coalesce(posted.month_start, contracts.month_start) as month_start,
        posted.account_amount,
        contracts.contracts_amount,
        case
            when coalesce(posted.account_amount, 0) <> coalesce(contracts.contracts_amount, 0)
                then 'differs'
            else 'ok'
        end as status
    from posted
    full outer join contracts
        on
            posted.entity_id = contracts.entity_id
            and posted.currency_code = contracts.currency_code
            and posted.month_start = contracts.month_start
)

select * from compared
where status <> 'ok'
