-- grain: one row per leg, entity_id, currency_code, event_type, counts_from_date
with

new_unmatched as (
    select * from {{ ref('int_new_unmatched_by_day') }}
),

alert_rules as (
    select * from {{ ref('int_alert_rules') }}
    where alert_rule = 'new_unmatched'
),

item_days as (
    select * from {{ ref('int_item_days') }}
),

week_numbers as (
    {{ dbt.generate_series(100) }}
),

first_days as (
    select
        entity_id,
        leg,
        min(known_date) as first_date
    from item_days
    group by entity_id, leg
),

judged as (
    select
        new_unmatched.*,
        alert_rules.rule_id,
        alert_rules.limit_count,
        alert_rules.history_factor,
        alert_rules.history_weeks
    from new_unmatched
    inner join alert_rules
        on
            new_unmatched.leg = alert_rules.leg
            and new_unmatched.entity_id = alert_rules.entity_id
            and new_unmatched.currency_code = alert_rules.currency_code
            and new_unmatched.weekday_number = alert_rules.weekday_number
    inner join first_days
        on
            new_unmatched.entity_id = first_days.entity_id
            and new_unmatched.leg = first_days.leg
    where
        alert_rules.history_factor is null
        or {{ dbt.datediff(
            'first_days.first_date', 'new_unmatched.counts_from_date', 'day'
        ) }} >= 7 * alert_rules.history_weeks
),

weeks_back as (
    select
        judged.leg,
        judged.entity_id,
        judged.currency_code,
        judged.event_type,
        judged.counts_from_date,
        cast({{ dbt.dateadd(
            'day', '-7 * cast(week_numbers.generated_number as int)', 'judged.counts_from_date'
        ) }} as date) as earlier_date
    from judged
    inner join week_numbers
        on judged.history_weeks >= week_numbers.generated_number
    where judged.document_count > coalesce(judged.limit_count, 0)
),

histories as (
    select
        weeks_back.leg,
        weeks_back.entity_id,
        weeks_back.currency_code,
        weeks_back.event_type,
        weeks_back.counts_from_date,
        max(earlier.document_count) as largest_count
    from weeks_back
    inner join new_unmatched as earlier
        on
            weeks_back.leg = earlier.leg
            and weeks_back.entity_id = earlier.entity_id
            and weeks_back.currency_code = earlier.currency_code
            and weeks_back.event_type = earlier.event_type
            and weeks_back.earlier_date = earlier.counts_from_date
    group by
        weeks_back.leg,
        weeks_back.entity_id,
        weeks_back.currency_code,
        weeks_back.event_type,
        weeks_back.counts_from_date
),

limits as (
    select
        judged.leg,
        judged.entity_id,
        judged.currency_code,
        judged.exponent,
        judged.event_type,
        judged.counts_from_date,
        judged.document_count,
        judged.amount_minor,
        judged.rule_id,
        cast(greatest(
            coalesce(judged.limit_count, 0),
            coalesce(judged.history_factor * histories.largest_count, 0)
        ) as numeric(24, 4)) as threshold_value
    from judged
    left join histories
        on
            judged.leg = histories.leg
            and judged.entity_id = histories.entity_id
            and judged.currency_code = histories.currency_code
            and judged.event_type = histories.event_type
            and judged.counts_from_date = histories.counts_from_date
)

select * from limits
