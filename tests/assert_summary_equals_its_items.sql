-- Invariant: totals per month, status and tier are the sums of the items (L19).
-- Grain: report, leg, entity, currency, month, status or rule.
-- A row: a report shows another total than the items behind it.
-- Then: compare the report's months and statuses with fct_reconciliation_items.
with

items as (
    select
        *,
        cast({{ dbt.date_trunc('month', 'item_date') }} as date) as month_start
    from {{ ref('fct_reconciliation_items') }}
),

-- The amounts are turned by side, so that one sum sees counts, sides and amounts.
from_items as (
    select
        'summary' as report_name,
        leg,
        entity_id,
        currency_code,
        month_start,
        status as status_or_rule,
        count(*) as item_count,
        sum(abs(amount)) as gross_amount,
        sum(case side when 'expected' then amount else 0 end) as expected_amount,
        sum(case side when 'recorded' then amount else 0 end) as recorded_amount
    from items
    group by leg, entity_id, currency_code, month_start, status
    union all
    select
        'by_tier' as report_name,
        leg,
        entity_id,
        currency_code,
        month_start,
        match_rule as status_or_rule,
        count(*) as item_count,
        sum(abs(amount)) as gross_amount,
        sum(case side when 'expected' then amount else 0 end) as expected_amount,
        sum(case side when 'recorded' then amount else 0 end) as recorded_amount
    from items
    where match_id is not null and status <> 'pending'
    group by leg, entity_id, currency_code, month_start, match_rule
),

-- Summed, so that a row that a join has multiplied counts as often as it stands there.
from_reports as (
    select
        'summary' as report_name,
        leg,
        entity_id,
        currency_code,
        month_start,
        status as status_or_rule,
        sum(item_count) as item_count,
        sum(gross_amount) as gross_amount,
        sum(expected_amount) as expected_amount,
        sum(recorded_amount) as recorded_amount
    from {{ ref('rpt_reconciliation_summary') }}
    group by
        leg,
        entity_id,
        currency_code,
        month_start,
        status
    union all
    select
        'by_tier' as report_name,
        leg,
        entity_id,
        currency_code,
        month_start,
        match_rule as status_or_rule,
        sum(expected_count + recorded_count) as item_count,
        sum(gross_amount) as gross_amount,
        sum(expected_amount) as expected_amount,
        sum(recorded_amount) as recorded_amount
    from {{ ref('rpt_reconciliation_by_tier') }}
    group by
        leg,
        entity_id,
        currency_code,
        month_start,
        match_rule
),

compared as (
    select
        coalesce(from_items.report_name, from_reports.report_name) as report_name,
        coalesce(from_items.leg, from_reports.leg) as leg,
        coalesce(from_items.entity_id, from_reports.entity_id) as entity_id,
        coalesce(from_items.currency_code, from_reports.currency_code) as currency_code,
        coalesce(from_items.month_start, from_reports.month_start) as month_start,
        coalesce(from_items.status_or_rule, from_reports.status_or_rule) as status_or_rule,
        from_items.item_count,
        from_reports.item_count as reported_item_count,
        case
            when from_items.leg is null or from_reports.leg is null then 'one-sided'
            when from_items.item_count <> from_reports.item_count then 'count'
            when from_items.gross_amount <> from_reports.gross_amount then 'gross'
            when from_items.expected_amount <> from_reports.expected_amount then 'expected'
            when from_items.recorded_amount <> from_reports.recorded_amount then 'recorded'
            else 'ok'
        end as verdict
    from from_items
    full outer join from_reports
        on
            from_items.report_name = from_reports.report_name
            and from_items.leg = from_reports.leg
            and from_items.entity_id = from_reports.entity_id
            and from_items.currency_code = from_reports.currency_code
            and from_items.month_start = from_reports.month_start
            and from_items.status_or_rule = from_reports.status_or_rule
)

select * from compared
where verdict <> 'ok'
