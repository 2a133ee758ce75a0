-- grain: one row per alert_id
with

breaches as (
    select * from {{ ref('int_alert_breaches') }}
),

followed as (
    select
        *,
        max(held_to_date) over (
            partition by alert_rule, entity_id, leg, currency_code, subject
            order by from_date asc
            rows between unbounded preceding and 1 preceding
        ) as held_before_to_date
    from breaches
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
        {{ dbt.datediff(
            'opened_date', 'end_date', 'day'
        ) }} as days_open,
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
