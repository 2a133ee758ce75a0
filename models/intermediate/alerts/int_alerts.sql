-- grain: one row per alert_id
with

breaches as (
    select * from {{ ref('int_alert_breaches') }}
),

alert_rules as (
    select * from {{ ref('alert_rules') }}
),

entities as (
    select
        entity_id,
        as_of_date,
        cast({{ dbt.dateadd('day', 1, 'as_of_date') }} as date) as day_after
    from {{ ref('int_entities') }}
),

-- An alert holds on every day of a breach and until as many days have passed without one as its
-- rule waits. The day after the as-of date stands for: not over yet.
held as (
    select
        breaches.*,
        alert_rules.alert_rule,
        alert_rules.severity,
        alert_rules.what_to_do,
        entities.as_of_date,
        case
            when breaches.to_date is null then entities.day_after
            else least(
                cast({{ dbt.dateadd(
                    'day', 'alert_rules.clear_after_days - 1', 'breaches.to_date'
                ) }} as date),
                entities.day_after
            )
        end as held_to_date
    from breaches
    inner join alert_rules
        on breaches.rule_id = alert_rules.rule_id
    inner join entities
        on
            breaches.entity_id = entities.entity_id
            and breaches.from_date <= entities.as_of_date
),

followed as (
    select
        *,
        max(held_to_date) over (
            partition by alert_rule, entity_id, leg, currency_code, subject
            order by from_date asc
            rows between unbounded preceding and 1 preceding
        ) as held_before_to_date
    from held
),

islands as (
    select
        *,
        sum(case when from_date <= held_before_to_date then 0 else 1 end) over (
            partition by alert_rule, entity_id, leg, currency_code, subject
            order by from_date asc
            rows between unbounded preceding and current row
        ) as alert_number
    from followed
),

spans as (
    select
        *,
        min(from_date) over (
            partition by alert_rule, entity_id, leg, currency_code, subject, alert_number
        ) as opened_date,
        max(held_to_date) over (
            partition by alert_rule, entity_id, leg, currency_code, subject, alert_number
        ) as end_date,
        max(measured_value) over (
            partition by alert_rule, entity_id, leg, currency_code, subject, alert_number
        ) as peak_value,
        row_number() over (
            partition by alert_rule, entity_id, leg, currency_code, subject, alert_number
            order by from_date desc
        ) as breach_rank
    from islands
),

-- What it says is what the last of its breaches says.
alerts as (
    select
        {{ dbt.hash(csv_row([
            'alert_rule', 'entity_id', 'leg', 'currency_code', 'subject', 'opened_date'
        ])) }} as alert_id,
        alert_rule,
        rule_id,
        severity,
        entity_id,
        leg,
        currency_code,
        subject,
        opened_date,
        from_date as last_breach_date,
        cast({{ dbt.dateadd('day', -1, 'end_date') }} as date) as last_date,
        case when end_date <= as_of_date then end_date end as closed_date,
        {{ dbt.datediff('opened_date', 'end_date', 'day') }} as days_open,
        measured_value,
        threshold_value,
        peak_value,
        value_unit,
        amount_minor,
        item_id,
        explanation,
        what_to_do
    from spans
    where breach_rank = 1
)

select * from alerts
