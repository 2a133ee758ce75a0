-- grain: one row per leg, entity_id, currency_code, subject, from_date
with

balances as (
    select * from {{ ref('int_alert_balances_by_day') }}
),

alert_rules as (
    select * from {{ ref('int_alert_rules') }}
    where alert_rule = 'drift'
),

currencies as (
    select * from {{ ref('currencies') }}
),

growing as (
    select
        balances.*,
        alert_rules.rule_id,
        alert_rules.limit_amount,
        alert_rules.limit_minor,
        alert_rules.limit_share,
        alert_rules.growth_weeks,
        cast({{ dbt.dateadd(
            'day', '-7 * alert_rules.growth_weeks', 'balances.calendar_date'
        ) }} as date) as compared_date
    from balances
    inner join alert_rules
        on
            balances.leg = alert_rules.leg
            and balances.entity_id = alert_rules.entity_id
            and balances.currency_code = alert_rules.currency_code
    where balances.weeks_growing >= alert_rules.growth_weeks
),

grown as (
    select
        growing.*,
        earlier.open_minor as compared_minor,
        growing.open_minor - earlier.open_minor as growth_minor
    from growing
    inner join balances as earlier
        on
            growing.leg = earlier.leg
            and growing.entity_id = earlier.entity_id
            and growing.currency_code = earlier.currency_code
            and growing.compared_date = earlier.calendar_date
),

-- Of an amount and a share the larger limit counts: neither a small balance that doubles nor a
-- large one that moves a little is news.
breaches as (
    select
        grown.rule_id,
        grown.entity_id,
        grown.leg,
        grown.currency_code,
        'open balance' as subject,
        grown.calendar_date as from_date,
        cast({{ dbt.dateadd('day', 1, 'grown.calendar_date') }} as date) as to_date,
        cast({{ major_units('grown.growth_minor', 'currencies.exponent') }} as numeric(24, 4))
            as measured_value,
        cast(greatest(
            coalesce(grown.limit_amount, 0),
            coalesce(grown.limit_share, 0)
            * {{ major_units('grown.compared_minor', 'currencies.exponent') }}
        ) as numeric(24, 4)) as threshold_value,
        'amount' as value_unit,
        grown.open_minor as amount_minor,
        cast(null as {{ dbt.type_string() }}) as item_id,
        'The open balance of the ' || grown.leg || ' leg has grown '
        || cast(grown.weeks_growing as {{ dbt.type_string() }}) || ' weeks running: '
        || {{ money_text('grown.open_minor', 'currencies.exponent', 'grown.currency_code') }}
        || ' against '
        || {{ money_text('grown.compared_minor', 'currencies.exponent', 'grown.currency_code') }}
        || ' on ' || cast(grown.compared_date as {{ dbt.type_string() }}) as explanation
    from grown
    inner join currencies
        on grown.currency_code = currencies.currency_code
    where
        grown.growth_minor > coalesce(grown.limit_minor, 0)
        and grown.growth_minor > coalesce(grown.limit_share, 0) * grown.compared_minor
)

select * from breaches
