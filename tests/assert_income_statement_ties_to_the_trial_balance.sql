-- Invariant: the result is what the balance sheet gained, and each line what its accounts moved.
-- Grain: entity, currency, month, line; the result once more for the balance sheet.
-- A row: a line that differs from the trial balance, or a result that differs from the net assets.
-- Then: a role is missing from income_statement_lines or stands there twice, or is no cost at all.
with

movements as (
    select
        entity_id,
        currency_code,
        month_start,
        account_role,
        expected_debit_amount - expected_credit_amount as expected_amount,
        recorded_debit_amount - recorded_credit_amount as recorded_amount
    from {{ ref('rpt_trial_balance') }}
),

lines as (
    select
        shown.entity_id,
        shown.currency_code,
        shown.month_start,
        shown.line as shown_line,
        shown.expected_amount,
        shown.recorded_amount,
        sum(coalesce(-layout.sign * movements.expected_amount, 0)) as trial_balance_amount,
        sum(coalesce(-layout.sign * movements.recorded_amount, 0)) as ledger_amount
    from {{ ref('rpt_income_statement') }} as shown
    inner join {{ ref('income_statement_lines') }} as layout
        on
            shown.line_number = layout.line_number
            and not layout.is_subtotal
    left join movements
        on
            shown.entity_id = movements.entity_id
            and shown.currency_code = movements.currency_code
            and shown.month_start = movements.month_start
            and layout.account_role = movements.account_role
    group by
        shown.entity_id,
        shown.currency_code,
        shown.month_start,
        shown.line,
        shown.expected_amount,
        shown.recorded_amount
),

-- Every role that is not listed here must be on the statement: debits equal credits, so what the
-- balance sheet gains is what the month earned.
net_assets as (
    select
        entity_id,
        currency_code,
        month_start,
        sum(expected_amount) as gained_amount
    from movements
    where
        account_role in (
            'accounts_receivable', 'unbilled_receivable', 'disputes_receivable',
            'processor_clearing', 'processor_reserves', 'cash_in_transit', 'cash',
            'external_clearing', 'deferred_revenue', 'customer_balance', 'tax_payable',
            'passthrough_payable', 'excluded_billings', 'opening_balances'
        )
    group by
        entity_id,
        currency_code,
        month_start
),

last_lines as (
    select max(line_number) as line_number
    from {{ ref('income_statement_lines') }}
),

results as (
    select
        shown.entity_id,
        shown.currency_code,
        shown.month_start,
        shown.expected_amount
    from {{ ref('rpt_income_statement') }} as shown
    inner join last_lines
        on shown.line_number = last_lines.line_number
),

compared as (
    select
        entity_id,
        currency_code,
        month_start,
        shown_line,
        expected_amount,
        trial_balance_amount,
        case
            when expected_amount <> trial_balance_amount then 'expected differs'
            when recorded_amount <> ledger_amount then 'recorded differs'
            else 'ok'
        end as status
    from lines
    union all
    select
        coalesce(results.entity_id, net_assets.entity_id) as entity_id,
        coalesce(results.currency_code, net_assets.currency_code) as currency_code,
        coalesce(results.month_start, net_assets.month_start) as month_start,
        'the balance sheet' as shown_line,
        results.expected_amount,
        net_assets.gained_amount as trial_balance_amount,
        case
            when results.entity_id is null then 'no statement'
            when results.expected_amount <> coalesce(net_assets.gained_amount, 0)
                then 'result differs'
            else 'ok'
        end as status
    from results
    full outer join net_assets
        on
            results.entity_id = net_assets.entity_id
            and results.currency_code = net_assets.currency_code
            and results.month_start = net_assets.month_start
)

select * from compared
where status <> 'ok'
