-- Invariant: the last day of rpt_drift_daily shows the items as they stand (L16, L19).
-- Grain: leg, entity, currency.
-- A row: the history of open items is not told to its end: no earlier day can be trusted.
-- Then: compare the days of int_item_days with the statuses of the items.
with

last_days as (
    select
        drift.leg,
        drift.entity_id,
        drift.currency_code,
        drift.unmatched_count,
        drift.unmatched_gross_amount,
        drift.cumulative_matched_count
    from {{ ref('rpt_drift_daily') }} as drift
    inner join {{ ref('int_entities') }} as entities
        on
            drift.entity_id = entities.entity_id
            and drift.as_of_day = entities.as_of_date
),

items as (
    select
        leg,
        entity_id,
        currency_code,
        sum(case when status in ('matched', 'suggested') then 0 else 1 end) as unmatched_count,
        sum(case when status in ('matched', 'suggested') then 0 else abs(amount) end)
            as unmatched_gross_amount,
        sum(case when status in ('matched', 'suggested') then 1 else 0 end) as matched_count
    from {{ ref('fct_reconciliation_items') }}
    where status not in ('ignored', 'pending', 'inconclusive')
    group by leg, entity_id, currency_code
),

compared as (
    select
        coalesce(items.leg, last_days.leg) as leg,
        coalesce(items.entity_id, last_days.entity_id) as entity_id,
        coalesce(items.currency_code, last_days.currency_code) as currency_code,
        items.unmatched_count,
        last_days.unmatched_count as drift_unmatched_count,
        case
            when items.leg is null or last_days.leg is null then 'one-sided'
            when items.unmatched_count <> last_days.unmatched_count then 'count'
            when items.unmatched_gross_amount <> last_days.unmatched_gross_amount then 'amount'
            when items.matched_count <> last_days.cumulative_matched_count then 'matched'
            else 'ok'
        end as verdict
    from items
    full outer join last_days
        on
            items.leg = last_days.leg
            and items.entity_id = last_days.entity_id
            and items.currency_code = last_days.currency_code
)

select * from compared
where verdict <> 'ok'
