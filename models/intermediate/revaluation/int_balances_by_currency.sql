-- grain: one row per entity_id, account_role, currency_code, month_start
with

revalued_events as (
    select * from {{ ref('int_revalued_events') }}
),

reporting_months as (
    select * from {{ ref('int_reporting_months') }}
),

movements as (
    select
        entity_id,
        account_role,
        currency_code,
        cast({{ dbt.date_trunc('month', 'entry_date') }} as date) as month_start,
        sum(amount_minor) as amount_minor,
        sum(functional_amount_minor) as functional_amount_minor
    from revalued_events
    group by
        entity_id,
        account_role,
        currency_code,
        cast({{ dbt.date_trunc('month', 'entry_date') }} as date)
),

balances as (
    select
        entity_id,
        account_role,
        currency_code,
        min(month_start) as first_month_start
    from movements
    group by
        entity_id,
        account_role,
        currency_code
),

-- The month under way is valued on the as-of date.
balance_months as (
    select
        balances.entity_id,
        balances.account_role,
        balances.currency_code,
        reporting_months.functional_currency_code,
        reporting_months.functional_exponent,
        reporting_months.month_start,
        least(reporting_months.month_end, reporting_months.as_of_date) as balance_date
    from balances
    inner join reporting_months
        on
            balances.entity_id = reporting_months.entity_id
            and balances.first_month_start <= reporting_months.month_start
),

balances_by_currency as (
    select
        balance_months.entity_id,
        balance_months.account_role,
        balance_months.currency_code,
        balance_months.functional_currency_code,
        balance_months.functional_exponent,
        balance_months.month_start,
        balance_months.balance_date,
        cast(sum(coalesce(movements.amount_minor, 0)) over (
            partition by
                balance_months.entity_id, balance_months.account_role, balance_months.currency_code
            order by balance_months.month_start
            rows between unbounded preceding and current row
        ) as bigint) as open_amount_minor,
        cast(sum(coalesce(movements.functional_amount_minor, 0)) over (
            partition by
                balance_months.entity_id, balance_months.account_role, balance_months.currency_code
            order by balance_months.month_start
            rows between unbounded preceding and current row
        ) as bigint) as carrying_amount_minor
    from balance_months
    left join movements
        on
            balance_months.entity_id = movements.entity_id
            and balance_months.account_role = movements.account_role
            and balance_months.currency_code = movements.currency_code
            and balance_months.month_start = movements.month_start
)

select * from balances_by_currency
