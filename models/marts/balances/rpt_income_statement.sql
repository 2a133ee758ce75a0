-- grain: one row per entity_id, currency_code, month_start, line_number, line
with

account_balances as (
    select * from {{ ref('int_account_balances') }}
),

reporting_months as (
    select * from {{ ref('int_reporting_months') }}
),

income_statement_lines as (
    select * from {{ ref('income_statement_lines') }}
),

-- What each line does to the result: income is +, a cost is -.
effects as (
    select
        reporting_months.entity_id,
        reporting_months.functional_currency_code,
        reporting_months.functional_exponent,
        reporting_months.month_start,
        reporting_months.month_end,
        income_statement_lines.line_number,
        income_statement_lines.line,
        income_statement_lines.is_subtotal,
        income_statement_lines.sign as shown_sign,
        sum(coalesce(
            account_balances.expected_credit_minor - account_balances.expected_debit_minor, 0
        )) as expected_minor,
        sum(coalesce(
            account_balances.recorded_credit_minor - account_balances.recorded_debit_minor, 0
        )) as recorded_minor
    from reporting_months
    cross join income_statement_lines
    left join account_balances
        on
            reporting_months.entity_id = account_balances.entity_id
            and reporting_months.month_start = account_balances.month_start
            and income_statement_lines.account_role = account_balances.account_role
    group by
        reporting_months.entity_id,
        reporting_months.functional_currency_code,
        reporting_months.functional_exponent,
        reporting_months.month_start,
        reporting_months.month_end,
        income_statement_lines.line_number,
        income_statement_lines.line,
        income_statement_lines.is_subtotal,
        income_statement_lines.sign
),

with_totals as (
    select
        *,
        sum(expected_minor) over (
            partition by entity_id, month_start order by line_number, line
            rows between unbounded preceding and current row
        ) as expected_to_here_minor,
        sum(recorded_minor) over (
            partition by entity_id, month_start order by line_number, line
            rows between unbounded preceding and current row
        ) as recorded_to_here_minor
    from effects
),

-- A subtotal is everything above it.
shown as (
    select
        *,
        shown_sign * case
            when is_subtotal then expected_to_here_minor else expected_minor
        end as expected_shown_minor,
        shown_sign * case
            when is_subtotal then recorded_to_here_minor else recorded_minor
        end as recorded_shown_minor
    from with_totals
),

income_statement as (
    select
        entity_id,
        functional_currency_code as currency_code,
        month_start,
        month_end,
        cast(line_number as bigint) as line_number,
        line,
        is_subtotal,
        {{ major_units('expected_shown_minor', 'functional_exponent') }} as expected_amount,
        {{ major_units('recorded_shown_minor', 'functional_exponent') }} as recorded_amount,
        {{ major_units('recorded_shown_minor - expected_shown_minor', 'functional_exponent') }}
            as difference_amount
    from shown
)

select * from income_statement
