-- Invariant: totals per month, status and tier are the sums of the items (L19).
-- Grain: leg, entity, currency.
-- A row: a report shows another total than the items behind it.
-- Then: compare the report's months and statuses with fct_reconciliation_items.
with

items as (
    select
        leg,
        entity_id,
        currency_code,
        count(*) as item_count,
        sum(abs(amount)) as gross_amount,
        sum(case side when 'expected' then amount else 0 end) as expected_amount,
        sum(case side when 'recorded' then amount else 0 end) as recorded_amount,
        sum(case when match_id is not null and status <> 'pending' then 1 else 0 end)
            as linked_count
    from {{ ref('fct_reconciliation_items') }}
    group by leg, entity_id, currency_code
),

summary as (
    select
        leg,
        entity_id,
        currency_code,
        sum(item_count) as item_count,
        sum(gross_amount) as gross_amount,
        sum(expected_amount) as expected_amount,
        sum(recorded_amount) as recorded_amount
    from {{ ref('rpt_reconciliation_summary') }}
    group by leg, entity_id, currency_code
),

tiers as (
    select
        leg,
        entity_id,
        currency_code,
        sum(expected_count + recorded_count) as linked_count
    from {{ ref('rpt_reconciliation_by_tier') }}
    group by leg, entity_id, currency_code
),

compared as (
    select
        coalesce(items.leg, summary.leg) as leg,
        coalesce(items.entity_id, summary.entity_id) as entity_id,
        coalesce(items.currency_code, summary.currency_code) as currency_code,
        items.item_count,
        summary.item_count as summary_item_count,
        case
            when items.leg is null or summary.leg is null then 'one-sided'
            when items.item_count <> summary.item_count then 'count'
            when items.gross_amount <> summary.gross_amount then 'gross'
            when items.expected_amount <> summary.expected_amount then 'expected'
            when items.recorded_amount <> summary.recorded_amount then 'recorded'
            when items.linked_count <> coalesce(tiers.linked_count, 0) then 'tiers'
            else 'ok'
        end as verdict
    from items
    full outer join summary
        on
            items.leg = summary.leg
            and items.entity_id = summary.entity_id
            and items.currency_code = summary.currency_code
    left join tiers
        on
            items.leg = tiers.leg
            and items.entity_id = tiers.entity_id
            and items.currency_code = tiers.currency_code
)

select * from compared
where verdict <> 'ok'
