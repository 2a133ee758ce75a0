-- grain: one row per rule_id, entity_id, subject, from_date
with

source_health as (
    select * from {{ ref('int_source_health_by_day') }}
),

alert_rules as (
    select * from {{ ref('int_alert_rules') }}
    where alert_rule in ('source_late', 'source_failed') and leg is null
),

breaches as (
    select
        alert_rules.rule_id,
        source_health.entity_id,
        cast(null as {{ dbt.type_string() }}) as leg,
        cast(null as {{ dbt.type_string() }}) as currency_code,
        source_health.source_name as subject,
        source_health.health_date as from_date,
        cast({{ dbt.dateadd('day', 1, 'source_health.health_date') }} as date) as to_date,
        cast(source_health.days_behind as numeric(24, 4)) as measured_value,
        cast(null as numeric(24, 4)) as threshold_value,
        'days' as value_unit,
        cast(null as bigint) as amount_minor,
        cast(null as {{ dbt.type_string() }}) as item_id,
        'Source ' || source_health.source_name || ' is '
        || cast(source_health.days_behind as {{ dbt.type_string() }})
        || ' days behind: complete through '
        || coalesce(
            cast(source_health.complete_through_date as {{ dbt.type_string() }}), 'no day'
        ) as explanation
    from source_health
    inner join alert_rules
        on
            source_health.entity_id = alert_rules.entity_id
            and 'source_' || source_health.status = alert_rules.alert_rule
)

select * from breaches
