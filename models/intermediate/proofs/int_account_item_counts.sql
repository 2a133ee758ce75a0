-- grain: one row per entity_id, account_role, currency_code, month_start
with

items as (
    select * from {{ ref('int_items') }}
    where leg = 'ledger'
),

item_statuses as (
    select * from {{ ref('int_item_statuses') }}
),

reporting_months as (
    select * from {{ ref('int_reporting_months') }}
),

by_month as (
    select
        items.entity_id,
        items.account_role,
        items.currency_code,
        reporting_months.month_start,
        sum(case when items.side = 'expected' then 1 else 0 end) as expected_count,
        sum(case when items.side = 'recorded' then 1 else 0 end) as recorded_count,
        sum(
            case
                when
                    items.side = 'expected'
                    and item_statuses.status not in ('matched', 'suggested', 'ignored')
                    then 1
                else 0
            end
        ) as unmatched_expected_count,
        sum(
            case
                when
                    items.side = 'recorded'
                    and item_statuses.status not in ('matched', 'suggested', 'ignored')
                    then 1
                else 0
            end
        ) as unmatched_recorded_count,
        min(
            case
                when item_statuses.status not in ('matched', 'suggested', 'ignored')
                    then items.item_id
            end
        ) as first_unmatched_item_id
    from items
    inner join item_statuses
        on items.item_id = item_statuses.item_id
    inner join reporting_months
        on
            items.entity_id = reporting_months.entity_id
            and cast({{ dbt.date_trunc('month', 'items.item_date') }} as date)
            = reporting_months.month_start
            and items.item_date <= reporting_months.as_of_date
    group by
        items.entity_id,
        items.account_role,
        items.currency_code,
        reporting_months.month_start
),

-- A balance is made of all items up to its day, so what is counted is too.
account_item_counts as (
    select
        by_month.entity_id,
        by_month.account_role,
        by_month.currency_code,
        reporting_months.month_start,
        cast(sum(by_month.expected_count) as bigint) as expected_item_count,
        cast(sum(by_month.recorded_count) as bigint) as recorded_item_count,
        cast(sum(by_month.unmatched_expected_count) as bigint) as unmatched_expected_count,
        cast(sum(by_month.unmatched_recorded_count) as bigint) as unmatched_recorded_count,
        min(by_month.first_unmatched_item_id) as first_unmatched_item_id
    from by_month
    inner join reporting_months
        on
            by_month.entity_id = reporting_months.entity_id
            and by_month.month_start <= reporting_months.month_start
    group by
        by_month.entity_id,
        by_month.account_role,
        by_month.currency_code,
        reporting_months.month_start
)

select * from account_item_counts
