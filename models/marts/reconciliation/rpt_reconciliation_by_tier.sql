-- grain: one row per leg, entity_id, currency_code, month_start, match_tier, match_rule
with

items as (
    select * from {{ ref('fct_reconciliation_items') }}
    where match_id is not null and status <> 'pending'
),

by_tier as (
    select
        leg,
        entity_id,
        currency_code,
        cast({{ dbt.date_trunc('month', 'item_date') }} as date) as month_start,
        match_tier,
        match_rule,
        cast(sum(case when side = 'expected' then 1 else 0 end) as bigint) as expected_count,
        cast(sum(case when side = 'recorded' then 1 else 0 end) as bigint) as recorded_count,
        cast(sum(case when side = 'expected' then amount else 0 end) as numeric(28, 4))
            as expected_amount,
        cast(sum(case when side = 'recorded' then amount else 0 end) as numeric(28, 4))
            as recorded_amount,
        cast(sum(abs(amount)) as numeric(28, 4)) as gross_amount
    from items
    group by
        leg,
        entity_id,
        currency_code,
        cast({{ dbt.date_trunc('month', 'item_date') }} as date),
        match_tier,
        match_rule
)

select * from by_tier
