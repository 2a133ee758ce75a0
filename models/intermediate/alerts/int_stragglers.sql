-- grain: one row per leg, entity_id, currency_code, document_key, large_from_date
with

document_days as (
    select * from {{ ref('int_unmatched_document_days') }}
),

alert_rules as (
    select * from {{ ref('int_alert_rules') }}
    where alert_rule = 'straggler'
),

judged as (
    select
        document_days.*,
        alert_rules.rule_id,
        alert_rules.limit_amount,
        alert_rules.waiting_days,
        case
            when document_days.open_amount_minor >= alert_rules.limit_minor then 1 else 0
        end as large_count
    from document_days
    inner join alert_rules
        on
            document_days.leg = alert_rules.leg
            and document_days.entity_id = alert_rules.entity_id
            and document_days.currency_code = alert_rules.currency_code
),

-- Days of one size follow each other without a gap, so each change of size starts a stretch.
started as (
    select
        *,
        case
            when
                large_count = lag(large_count) over (
                    partition by leg, entity_id, currency_code, document_key
                    order by from_date asc
                )
                then 0
            else 1
        end as start_count
    from judged
),

stretches as (
    select
        *,
        sum(start_count) over (
            partition by leg, entity_id, currency_code, document_key
            order by from_date asc
            rows between unbounded preceding and current row
        ) as stretch_number
    from started
),

stragglers as (
    select
        leg,
        entity_id,
        currency_code,
        document_key,
        min(from_date) as large_from_date,
        case when count(*) = count(to_date) then max(to_date) end as large_to_date,
        max(open_amount_minor) as open_amount_minor,
        max(limit_amount) as limit_amount,
        max(waiting_days) as waiting_days,
        max(rule_id) as rule_id
    from stretches
    where large_count = 1
    group by
        leg,
        entity_id,
        currency_code,
        document_key,
        stretch_number
)

select * from stragglers
