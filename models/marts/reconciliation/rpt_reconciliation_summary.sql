-- grain: one row per leg, entity_id, currency_code, month_start, status
with

items as (
    select * from {{ ref('fct_reconciliation_items') }}
),

by_status as (
    select
        leg,
        entity_id,
        currency_code,
        cast({{ dbt.date_trunc('month', 'item_date') }} as date) as month_start,
        status,
        count(*) as item_count,
        sum(case when side = 'expected' then 1 else 0 end) as expected_count,
        sum(case when side = 'recorded' then 1 else 0 end) as recorded_count,
        sum(abs(amount)) as gross_amount,
        sum(case when side = 'expected' then amount else 0 end) as expected_amount,
        sum(case when side = 'recorded' then amount else 0 end) as recorded_amount
    from items
    group by
        leg,
        entity_id,
        currency_code,
        cast({{ dbt.date_trunc('month', 'item_date') }} as date),
        status
),

-- Rates are of what counts: ignored items have left every total.
totals as (
    select
        leg,
        entity_id,
        currency_code,
        month_start,
        sum(item_count) as month_count,
        sum(gross_amount) as month_gross_amount,
        sum(case when status in ('matched', 'suggested') then item_count else 0 end)
            as matched_count,
        sum(case when status in ('matched', 'suggested') then gross_amount else 0 end)
            as matched_gross_amount
    from by_status
    where status <> 'ignored'
    group by
        leg,
        entity_id,
        currency_code,
        month_start
),

reconciliation_summary as (
    select
        by_status.leg,
        by_status.entity_id,
        by_status.currency_code,
        by_status.month_start,
        by_status.status,
        cast(by_status.item_count as bigint) as item_count,
        cast(by_status.expected_count as bigint) as expected_count,
        cast(by_status.recorded_count as bigint) as recorded_count,
        cast(by_status.gross_amount as numeric(28, 4)) as gross_amount,
        cast(by_status.expected_amount as numeric(28, 4)) as expected_amount,
        cast(by_status.recorded_amount as numeric(28, 4)) as recorded_amount,
        {{ share_of('totals.matched_count', 'totals.month_count') }} as match_rate_by_count,
        {{ share_of('totals.matched_gross_amount * 10000', 'totals.month_gross_amount * 10000') }}
            as match_rate_by_value
    from by_status
    left join totals
        on
            by_status.leg = totals.leg
            and by_status.entity_id = totals.entity_id
            and by_status.currency_code = totals.currency_code
            and by_status.month_start = totals.month_start
)

select * from reconciliation_summary
