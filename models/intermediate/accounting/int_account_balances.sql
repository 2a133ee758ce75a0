-- grain: one row per entity_id, account_role, month_start
with

account_months as (
    select * from {{ ref('int_account_months') }}
),

reporting_months as (
    select * from {{ ref('int_reporting_months') }}
),

account_roles as (
    select * from {{ ref('int_account_roles') }}
    where account_role <> 'out_of_scope'
),

-- Accounts that were posted to, and those that somebody has mapped: a quiet account is proved too.
accounts as (
    select
        entity_id,
        account_role
    from account_months
    union distinct
    select
        reporting_months.entity_id,
        account_roles.account_role
    from reporting_months
    inner join account_roles
        on
            account_roles.entity_key = ''
            or reporting_months.entity_id = account_roles.entity_key
),

movements as (
    select
        accounts.entity_id,
        accounts.account_role,
        reporting_months.functional_currency_code,
        reporting_months.functional_exponent,
        reporting_months.month_start,
        reporting_months.month_end,
        coalesce(account_months.expected_debit_minor, 0) as expected_debit_minor,
        coalesce(account_months.expected_credit_minor, 0) as expected_credit_minor,
        coalesce(account_months.recorded_debit_minor, 0) as recorded_debit_minor,
        coalesce(account_months.recorded_credit_minor, 0) as recorded_credit_minor
    from accounts
    inner join reporting_months
        on accounts.entity_id = reporting_months.entity_id
    left join account_months
        on
            accounts.entity_id = account_months.entity_id
            and accounts.account_role = account_months.account_role
            and reporting_months.month_start = account_months.month_start
),

account_balances as (
    select
        entity_id,
        account_role,
        functional_currency_code,
        functional_exponent,
        month_start,
        month_end,
        expected_debit_minor,
        expected_credit_minor,
        recorded_debit_minor,
        recorded_credit_minor,
        cast(sum(expected_debit_minor - expected_credit_minor) over (
            partition by entity_id, account_role order by month_start
            rows between unbounded preceding and current row
        ) as bigint) as expected_balance_minor,
        cast(sum(recorded_debit_minor - recorded_credit_minor) over (
            partition by entity_id, account_role order by month_start
            rows between unbounded preceding and current row
        ) as bigint) as recorded_balance_minor
    from movements
)

select * from account_balances
