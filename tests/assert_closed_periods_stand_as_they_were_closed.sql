-- Invariant: nothing of a closed period moves: its accounts show what its close says (L11).
-- Grain: entity, closed period, side, account role.
-- A row: an account of a closed period whose posted figures are not the balances of its close.
-- Then: list the account's rows of int_posting_changes, and run scripts/close_period.py verify.
with

closes as (
    select
        close_rows.entity_id,
        close_rows.period,
        close_rows.side,
        close_rows.account_role,
        close_rows.opening_minor,
        close_rows.debit_minor,
        close_rows.credit_minor,
        close_rows.closing_minor
    from {{ ref('int_close_rows') }} as close_rows
    where close_rows.record_kind = 'balance'
),

posted as (
    select
        entity_id,
        'expected' as side,
        account_role,
        entry_date as posting_date,
        functional_amount_minor as amount_minor
    from {{ ref('int_posted_entries') }}
    union all
    select
        entity_id,
        'recorded' as side,
        account_role,
        posting_date,
        amount_minor
    from {{ ref('int_posted_ledger_lines') }}
    where account_role <> 'out_of_scope'
),

figures as (
    select
        posted.entity_id,
        periods.period,
        posted.side,
        posted.account_role,
        sum(case when posted.posting_date < periods.start_date then posted.amount_minor else 0 end)
            as opening_minor,
        sum(case
            when posted.posting_date >= periods.start_date and posted.amount_minor > 0
                then posted.amount_minor
            else 0
        end) as debit_minor,
        sum(case
            when posted.posting_date >= periods.start_date and posted.amount_minor < 0
                then -posted.amount_minor
            else 0
        end) as credit_minor,
        sum(posted.amount_minor) as closing_minor
    from posted
    inner join {{ ref('int_frozen_periods') }} as periods
        on
            posted.entity_id = periods.entity_id
            and posted.posting_date <= periods.end_date
    group by
        posted.entity_id,
        periods.period,
        posted.side,
        posted.account_role
),

compared as (
    select
        coalesce(closes.entity_id, figures.entity_id) as entity_id,
        coalesce(closes.period, figures.period) as period,
        coalesce(closes.side, figures.side) as side,
        coalesce(closes.account_role, figures.account_role) as account_role,
        closes.closing_minor,
        figures.closing_minor as posted_closing_minor,
        case
            when closes.entity_id is null then 'not in the close'
            when figures.entity_id is null then 'not posted'
            when closes.opening_minor <> figures.opening_minor then 'another opening balance'
            when closes.debit_minor <> figures.debit_minor then 'other debits'
            when closes.credit_minor <> figures.credit_minor then 'other credits'
            when closes.closing_minor <> figures.closing_minor then 'another closing balance'
            else 'ok'
        end as status
    from closes
    full outer join figures
        on
            closes.entity_id = figures.entity_id
            and closes.period = figures.period
            and closes.side = figures.side
            and closes.account_role = figures.account_role
)

select * from compared
where status <> 'ok'
