-- grain: one row per alert_rule, leg, entity_id, currency_code, calendar_date
with

changes as (
    select * from {{ ref('int_concentration_changes') }}
),

subjects as (
    select * from {{ ref('int_concentration_subjects') }}
),

alert_rules as (
    select * from {{ ref('int_alert_rules') }}
    where alert_rule like 'concentration%'
),

days as (
    select
        alert_rule,
        leg,
        entity_id,
        currency_code,
        calendar_date,
        sum(open_change) as open_change
    from changes
    group by
        alert_rule,
        leg,
        entity_id,
        currency_code,
        calendar_date
),

totals as (
    select
        days.alert_rule,
        days.leg,
        days.entity_id,
        days.currency_code,
        days.calendar_date,
        alert_rules.rule_id,
        alert_rules.limit_minor,
        alert_rules.limit_share,
        subjects.judged_from_date,
        sum(days.open_change) over (
            partition by days.alert_rule, days.leg, days.entity_id, days.currency_code
            order by days.calendar_date asc
            rows between unbounded preceding and current row
        ) as total_minor,
        lead(days.calendar_date) over (
            partition by days.alert_rule, days.leg, days.entity_id, days.currency_code
            order by days.calendar_date asc
        ) as to_date
    from days
    inner join alert_rules
        on
            days.alert_rule = alert_rules.alert_rule
            and days.leg = alert_rules.leg
            and days.entity_id = alert_rules.entity_id
            and days.currency_code = alert_rules.currency_code
    inner join subjects
        on
            days.alert_rule = subjects.alert_rule
            and days.leg = subjects.leg
            and days.entity_id = subjects.entity_id
            and days.currency_code = subjects.currency_code
)

select * from totals
