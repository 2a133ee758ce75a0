-- grain: one row per alert_rule, item_id, counts_from_date
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

followed as (
    select
        *,
        lead(large_from_date) over (
            partition by leg, entity_id, currency_code, document_key
            order by large_from_date asc
        ) as large_again_date
    from stragglers
),

-- While a document is large it has an alert of its own and counts nowhere else; before it was, and
-- when it no longer is, its items count like any other.
small_spans as (
    select
        leg,
        entity_id,
        currency_code,
        document_key,
        cast(null as date) as small_from_date,
        min(large_from_date) as small_to_date
    from stragglers
    group by
        leg,
        entity_id,
        currency_code,
        document_key
    union all
    select
        leg,
        entity_id,
        currency_code,
        document_key,
        large_to_date as small_from_date,
        large_again_date as small_to_date
    from followed
    where large_to_date is not null
),

waiting as (
    select
        waits.alert_rule,
        unmatched_items.*,
        small_spans.small_from_date,
        cast({{ dbt.dateadd(
            'day', 'waits.waiting_days', 'unmatched_items.open_from_date'
        ) }} as date) as waited_date,
        case
            when small_spans.small_to_date < unmatched_items.open_to_date
                then small_spans.small_to_date
            else coalesce(unmatched_items.open_to_date, small_spans.small_to_date)
        end as counts_to_date
    from unmatched_items
    inner join waits
        on
            unmatched_items.leg = waits.leg
            and unmatched_items.entity_id = waits.entity_id
            and unmatched_items.currency_code = waits.currency_code
    left join small_spans
        on
            unmatched_items.leg = small_spans.leg
            and unmatched_items.entity_id = small_spans.entity_id
            and unmatched_items.currency_code = small_spans.currency_code
            and unmatched_items.document_key = small_spans.document_key
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
        greatest(waited_date, coalesce(small_from_date, waited_date)) as counts_from_date,
        counts_to_date
    from waiting
    where
        counts_to_date is null
        or greatest(waited_date, coalesce(small_from_date, waited_date)) < counts_to_date
)

select * from alert_items
