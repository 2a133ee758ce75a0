-- grain: one row per item_id
with

item_statuses as (
    select * from {{ ref('int_item_statuses') }}
    where
        status in ('expected_only', 'recorded_only', 'pending', 'inconclusive')
        and match_id is null
),

items as (
    select * from {{ ref('int_items') }}
    where is_matchable
),

matching_rules as (
    select * from {{ ref('matching_rules') }}
    where rule = 'covering_set' and is_enabled
),

break_searches as (
    select * from {{ ref('break_searches') }}
    where search = 'covering_set' and is_enabled
),

-- What is expected and not yet due is open too, and what waits for a late source; a posting that a reviewer carried forward is not.
-- Sets are sought among items of one account, currency and sign, a window of days to either side.
-- The stretch is long enough for the window: n business days lie within 3 n + 14 days.
covering_items as (
    select
        items.item_id,
        items.side,
        items.leg,
        items.entity_id,
        items.account_role,
        items.event_type,
        items.processor_name,
        items.customer_id,
        items.currency_code,
        items.amount_minor,
        items.item_date,
        item_statuses.status,
        matching_rules.date_window_days,
        break_searches.largest_block,
        coalesce(matching_rules.counts_business_days, false) as counts_business_days,
        sign(items.amount_minor) as direction,
        {{ integer_divide(
            dbt.datediff("cast('2000-01-01' as date)", 'items.item_date', 'day'),
            'case when matching_rules.counts_business_days'
            ~ ' then 3 * matching_rules.date_window_days + 15'
            ~ ' else matching_rules.date_window_days + 1 end'
        ) }} as stretch
    from items
    inner join item_statuses
        on items.item_id = item_statuses.item_id
    inner join matching_rules
        on items.leg = matching_rules.leg
    cross join break_searches
    where item_statuses.status <> 'pending' or items.side = 'expected'
)

select * from covering_items
