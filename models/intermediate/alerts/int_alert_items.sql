-- grain: one row per alert_rule, item_id
with

unmatched_items as (
    select * from {{ ref('int_unmatched_items') }}
),

stragglers as (
    select * from {{ ref('int_stragglers') }}
),

-- The wait is the same on every weekday unless a rule says otherwise for one; then the longest counts.
waits as (
    select
        alert_rule,
        entity_id,
        leg,
        currency_code,
        max(waiting_days) as waiting_days
    from {{ ref('int_alert_rules') }}
    where
        alert_rule in ('new_unmatched', 'drift')
        or alert_rule like 'concentration%'
    group by
        alert_rule,
        entity_id,
        leg,
        currency_code
),

-- From its first large day on a document has an alert of its own and counts nowhere else.
first_large_days as (
    select
        leg,
        entity_id,
        currency_code,
        document_key,
        min(large_from_date) as large_from_date
    from stragglers
    group by
        leg,
        entity_id,
        currency_code,
        document_key
),

waiting as (
    select
        waits.alert_rule,
        unmatched_items.*,
        cast({{ dbt.dateadd(
            'day', 'waits.waiting_days', 'unmatched_items.open_from_date'
        ) }} as date) as counts_from_date,
        case
            when
                first_large_days.large_from_date < unmatched_items.open_to_date
                or unmatched_items.open_to_date is null
                then coalesce(first_large_days.large_from_date, unmatched_items.open_to_date)
            else unmatched_items.open_to_date
        end as counts_to_date
    from unmatched_items
    inner join waits
        on
            unmatched_items.leg = waits.leg
            and unmatched_items.entity_id = waits.entity_id
            and unmatched_items.currency_code = waits.currency_code
    left join first_large_days
        on
            unmatched_items.leg = first_large_days.leg
            and unmatched_items.entity_id = first_large_days.entity_id
            and unmatched_items.currency_code = first_large_days.currency_code
            and unmatched_items.document_key = first_large_days.document_key
),

alert_items as (
    select
        alert_rule,
        item_id,
        side,
        leg,
        entity_id,
        currency_code,
        exponent,
        document_key,
        event_type,
        customer_id,
        account_role,
        processor_name,
        amount_minor,
        counts_from_date,
        counts_to_date
    from waiting
    where counts_to_date is null or counts_from_date < counts_to_date
)

select * from alert_items
