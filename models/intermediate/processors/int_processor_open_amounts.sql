-- grain: one row per entity_id, processor_name, currency_code, month_start
with

changes as (
    select * from {{ ref('int_open_amount_changes') }}
),

balance_months as (
    select * from {{ ref('int_processor_balance_months') }}
),

changes_by_month as (
    select
        entity_id,
        processor_name,
        currency_code,
        cast({{ dbt.date_trunc('month', 'changed_date') }} as date) as month_start,
        sum(case when what = 'unsettled' then direction * item_count else 0 end) as unsettled_count,
        sum(case when what = 'unsettled' then direction * amount_minor else 0 end)
            as unsettled_amount_minor,
        sum(case when what = 'stale' then direction * item_count else 0 end) as stale_count,
        sum(case when what = 'stale' then direction * amount_minor else 0 end)
            as stale_amount_minor,
        sum(case when what = 'in_transit' then direction * item_count else 0 end)
            as in_transit_count,
        sum(case when what = 'in_transit' then direction * amount_minor else 0 end)
            as in_transit_amount_minor
    from changes
    group by
        entity_id,
        processor_name,
        currency_code,
        cast({{ dbt.date_trunc('month', 'changed_date') }} as date)
),

open_amounts as (
    select
        balance_months.entity_id,
        balance_months.processor_name,
        balance_months.currency_code,
        balance_months.exponent,
        balance_months.month_start,
        balance_months.balance_date,
        {{ processor_balance('changes_by_month.unsettled_count') }} as unsettled_count,
        {{ processor_balance('changes_by_month.unsettled_amount_minor') }}
            as unsettled_amount_minor,
        {{ processor_balance('changes_by_month.stale_count') }} as stale_count,
        {{ processor_balance('changes_by_month.stale_amount_minor') }} as stale_amount_minor,
        {{ processor_balance('changes_by_month.in_transit_count') }} as in_transit_count,
        {{ processor_balance('changes_by_month.in_transit_amount_minor') }}
            as in_transit_amount_minor
    from balance_months
    left join changes_by_month
        on
            balance_months.entity_id = changes_by_month.entity_id
            and balance_months.processor_name = changes_by_month.processor_name
            and balance_months.currency_code = changes_by_month.currency_code
            and balance_months.month_start = changes_by_month.month_start
)

select * from open_amounts
