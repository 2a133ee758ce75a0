-- Invariant: what a month moved at the bank, by kind of line, is what its statement lines say (L2, L8).
-- Grain: entity, bank account, currency, month.
-- A row: a month whose kinds, or whose closing balance, are not the sum of its lines.
-- Then: look for lines of that month that int_bank_line_movements leaves out or repeats.
with

-- Straight from staging's rows: nothing of matching or of classes is asked.
lines as (
    select
        source_rows.entity_id,
        source_rows.currency_code,
        cast({{ dbt.date_trunc('month', 'source_rows.recorded_at') }} as date) as month_start,
        sum(source_rows.amount_minor) as moved_minor
    from {{ ref('int_source_rows') }} as source_rows
    inner join {{ ref('int_entities') }} as entities
        on source_rows.entity_id = entities.entity_id
    where
        {{ plays_role('source_rows.source_name', 'bank_sources') }}
        and source_rows.state = 'accepted'
        and cast(source_rows.recorded_at as date) <= entities.as_of_date
    group by
        source_rows.entity_id,
        source_rows.currency_code,
        cast({{ dbt.date_trunc('month', 'source_rows.recorded_at') }} as date)
),

reported as (
    select
        shown.entity_id,
        shown.currency_code,
        shown.month_start,
        sum(
            shown.payouts_amount + shown.returned_amount + shown.topups_amount
            + shown.external_payments_amount + shown.bank_fees_amount
            + shown.out_of_scope_amount + shown.unexplained_amount
        ) as kinds_amount,
        sum(shown.closing_balance - shown.opening_balance) as moved_amount
    from {{ ref('rpt_bank_reconciliation') }} as shown
    group by
        shown.entity_id,
        shown.currency_code,
        shown.month_start
),

compared as (
    select
        coalesce(lines.entity_id, reported.entity_id) as entity_id,
        coalesce(lines.currency_code, reported.currency_code) as currency_code,
        coalesce(lines.month_start, reported.month_start) as month_start,
        {{ major_units('coalesce(lines.moved_minor, 0)', 'currencies.exponent') }} as lines_amount,
        reported.kinds_amount,
        reported.moved_amount
    from lines
    full outer join reported
        on
            lines.entity_id = reported.entity_id
            and lines.currency_code = reported.currency_code
            and lines.month_start = reported.month_start
    left join {{ ref('currencies') }} as currencies
        on coalesce(lines.currency_code, reported.currency_code) = currencies.currency_code
)

select * from compared
where
    kinds_amount is distinct from lines_amount
    or moved_amount is distinct from lines_amount
