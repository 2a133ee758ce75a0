-- grain: one row per subject
with

decision_facts as (
    select * from {{ ref('int_decision_facts') }}
),

decision_flaws as (
    select * from {{ ref('int_decision_flaws') }}
),

decision_successors as (
    select * from {{ ref('int_decision_successors') }}
),

decision_items as (
    select * from {{ ref('int_decision_items') }}
),

items as (
    select * from {{ ref('int_items') }}
),

alert_rules as (
    select * from {{ ref('int_alert_rules') }}
    where alert_rule = 'decision_expiring' and leg is null
),

-- What never had a say does not expire. A flaw would say more than one company or none.
holding as (
    select
        decision_facts.decision_id,
        decision_facts.action,
        decision_facts.decided_on,
        decision_facts.ends_on,
        min(items.entity_id) as entity_id,
        min(items.item_id) as item_id
    from decision_facts
    inner join decision_items
        on decision_facts.decision_id = decision_items.decision_id
    inner join items
        on decision_items.item_id = items.item_id
    left join decision_flaws
        on decision_facts.decision_id = decision_flaws.decision_id
    where decision_flaws.decision_id is null and decision_facts.ends_on is not null
    group by
        decision_facts.decision_id,
        decision_facts.action,
        decision_facts.decided_on,
        decision_facts.ends_on
),

dated as (
    select
        holding.*,
        alert_rules.rule_id,
        alert_rules.limit_days,
        greatest(
            holding.decided_on,
            cast({{ dbt.dateadd('day', '-alert_rules.limit_days', 'holding.ends_on') }} as date)
        ) as from_date,
        least(
            cast({{ dbt.dateadd('day', 1, 'holding.ends_on') }} as date),
            coalesce(
                successors.decided_on,
                cast({{ dbt.dateadd('day', 1, 'holding.ends_on') }} as date)
            )
        ) as to_date
    from holding
    inner join alert_rules
        on holding.entity_id = alert_rules.entity_id
    left join decision_successors
        on holding.decision_id = decision_successors.decision_id
    left join decision_facts as successors
        on decision_successors.successor_id = successors.decision_id
),

breaches as (
    select
        rule_id,
        entity_id,
        cast(null as {{ dbt.type_string() }}) as leg,
        cast(null as {{ dbt.type_string() }}) as currency_code,
        decision_id as subject,
        from_date,
        to_date,
        cast({{ dbt.datediff(
            'from_date', 'ends_on', 'day'
        ) }} as numeric(24, 4)) as measured_value,
        cast(limit_days as numeric(24, 4)) as threshold_value,
        'days' as value_unit,
        cast(null as bigint) as amount_minor,
        item_id,
        'Decision ' || decision_id || ' (' || replace(action, '_', ' ') || ') holds until '
        || cast(ends_on as {{ dbt.type_string() }}) as explanation
    from dated
    where from_date < to_date
)

select * from breaches
