-- Invariant: the scorecard judges the items of a month, and counts the matched ones, as the summary does (L19).
-- Grain: leg, entity, currency, month.
-- A row: a share is one of other money than the month's.
-- Then: compare int_verified_items with the items of the month.
with

scorecard as (
    select
        leg,
        entity_id,
        currency_code,
        month_start,
        met_count,
        judged_count,
        met_gross_amount,
        judged_gross_amount
    from {{ ref('rpt_control_scorecard') }}
    where metric = 'match_rate_by_value'
),

-- What is dated after the as-of date has not happened yet.
items as (
    select
        items.leg,
        items.entity_id,
        items.currency_code,
        cast({{ dbt.date_trunc('month', 'items.item_date') }} as date) as month_start,
        count(*) as judged_count,
        sum(case when items.status in ('matched', 'suggested') then 1 else 0 end) as met_count,
        sum(abs(items.amount)) as judged_gross_amount,
        sum(case when items.status in ('matched', 'suggested') then abs(items.amount) else 0 end)
            as met_gross_amount
    from {{ ref('fct_reconciliation_items') }} as items
    inner join {{ ref('int_entities') }} as entities
        on items.entity_id = entities.entity_id and items.item_date <= entities.as_of_date
    where items.status <> 'ignored'
    group by
        items.leg,
        items.entity_id,
        items.currency_code,
        cast({{ dbt.date_trunc('month', 'items.item_date') }} as date)
),

compared as (
    select
        coalesce(scorecard.leg, items.leg) as leg,
        coalesce(scorecard.entity_id, items.entity_id) as entity_id,
        coalesce(scorecard.currency_code, items.currency_code) as currency_code,
        coalesce(scorecard.month_start, items.month_start) as month_start,
        case
            when scorecard.leg is null or items.leg is null then 'one-sided'
            when scorecard.judged_count <> items.judged_count then 'judged'
            when scorecard.met_count <> items.met_count then 'matched'
            when scorecard.judged_gross_amount <> items.judged_gross_amount then 'amount'
            when scorecard.met_gross_amount <> items.met_gross_amount then 'matched amount'
            else 'ok'
        end as status
    from scorecard
    full outer join items
        on
            scorecard.leg = items.leg
            and scorecard.entity_id = items.entity_id
            and scorecard.currency_code = items.currency_code
            and scorecard.month_start = items.month_start
)

select * from compared
where status <> 'ok'
