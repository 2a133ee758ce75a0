-- grain: one row per leg, entity_id, currency_code, match_tier, match_rule, from_date
with

item_days as (
    select * from {{ ref('int_item_days') }}
    where matched_date is not null
),

matches as (
    select * from {{ ref('int_matches') }}
),

changes as (
    select
        item_days.leg,
        item_days.entity_id,
        item_days.currency_code,
        matches.match_tier,
        matches.match_rule,
        item_days.matched_date,
        count(*) as matched_count,
        sum(abs(item_days.amount_minor)) as matched_gross_minor
    from item_days
    inner join matches
        on item_days.item_id = matches.item_id
    group by
        item_days.leg,
        item_days.entity_id,
        item_days.currency_code,
        matches.match_tier,
        matches.match_rule,
        item_days.matched_date
),

-- Totals stand from one day with a match to the next.
drift_by_tier as (
    select
        leg,
        entity_id,
        currency_code,
        match_tier,
        match_rule,
        matched_date as from_date,
        lead(matched_date) over (
            partition by leg, entity_id, currency_code, match_tier, match_rule
            order by matched_date asc
        ) as until_date,
        cast(sum(matched_count) over (
            partition by leg, entity_id, currency_code, match_tier, match_rule
            order by matched_date asc
            rows between unbounded preceding and current row
        ) as {{ dbt.type_bigint() }}) as matched_count,
        cast(sum(matched_gross_minor) over (
            partition by leg, entity_id, currency_code, match_tier, match_rule
            order by matched_date asc
            rows between unbounded preceding and current row
        ) as {{ dbt.type_bigint() }}) as matched_gross_minor
    from changes
)

select * from drift_by_tier
