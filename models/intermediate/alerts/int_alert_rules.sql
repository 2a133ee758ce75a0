-- grain: one row per alert_rule, entity_id, leg, currency_code, weekday_number
with

alert_rules as (
    select * from {{ ref('alert_rules') }}
),

item_days as (
    select * from {{ ref('int_item_days') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

weekdays as (
    {{ dbt.generate_series(7) }}
),

-- Sources, proofs and decisions are of a company; items are of its legs and currencies as well.
scopes as (
    select
        entity_id,
        cast(null as {{ dbt.type_string() }}) as leg,
        cast(null as {{ dbt.type_string() }}) as currency_code
    from entities
    union all
    select distinct
        entity_id,
        leg,
        currency_code
    from item_days
),

-- Only what is counted by day differs from weekday to weekday.
days_of_rules as (
    select distinct
        alert_rules.alert_rule,
        case
            when alert_rules.alert_rule = 'new_unmatched'
                then cast(weekdays.generated_number as int)
        end as weekday_number
    from alert_rules
    cross join weekdays
),

fitting as (
    select
        scopes.entity_id,
        scopes.leg,
        scopes.currency_code,
        days_of_rules.weekday_number,
        alert_rules.alert_rule,
        alert_rules.rule_id,
        alert_rules.is_enabled,
        alert_rules.limit_count,
        alert_rules.history_factor,
        alert_rules.history_weeks,
        alert_rules.limit_amount,
        alert_rules.limit_share,
        alert_rules.limit_days,
        alert_rules.growth_weeks,
        {{ integer_divide('coalesce(alert_rules.limit_hours, 0) + 23', '24') }} as waiting_days,
        row_number() over (
            partition by
                alert_rules.alert_rule, scopes.entity_id, scopes.leg, scopes.currency_code,
                days_of_rules.weekday_number
            order by
                case when alert_rules.entity_id is null then 0 else 1 end
                + case when alert_rules.leg is null then 0 else 1 end
                + case when alert_rules.currency_code is null then 0 else 1 end
                + case when alert_rules.weekday_number is null then 0 else 1 end desc,
                alert_rules.priority asc,
                case when alert_rules.entity_id is null then 1 else 0 end asc,
                case when alert_rules.leg is null then 1 else 0 end asc,
                alert_rules.rule_id asc
        ) as rule_rank
    from scopes
    cross join alert_rules
    inner join days_of_rules
        on alert_rules.alert_rule = days_of_rules.alert_rule
    where
        coalesce(alert_rules.entity_id, scopes.entity_id) = scopes.entity_id
        and (alert_rules.leg is null or alert_rules.leg = scopes.leg)
        and (alert_rules.currency_code is null or alert_rules.currency_code = scopes.currency_code)
        and (
            alert_rules.weekday_number is null
            or alert_rules.weekday_number = days_of_rules.weekday_number
        )
),

rules_in_effect as (
    select
        fitting.alert_rule,
        fitting.entity_id,
        fitting.leg,
        fitting.currency_code,
        fitting.weekday_number,
        fitting.rule_id,
        fitting.limit_count,
        fitting.history_factor,
        fitting.history_weeks,
        fitting.limit_amount,
        cast(fitting.limit_amount * {{ power_of_ten('currencies.exponent') }} as bigint)
            as limit_minor,
        fitting.limit_share,
        fitting.limit_days,
        fitting.growth_weeks,
        fitting.waiting_days
    from fitting
    left join currencies
        on fitting.currency_code = currencies.currency_code
    where fitting.rule_rank = 1 and fitting.is_enabled
)

select * from rules_in_effect
