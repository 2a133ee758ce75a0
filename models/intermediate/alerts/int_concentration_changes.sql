-- grain: one row per alert_rule, leg, entity_id, currency_code, subject, calendar_date
with

alert_items as (
    select * from {{ ref('int_alert_items') }}
    where alert_rule like 'concentration%'
),

entities as (
    select * from {{ ref('int_entities') }}
),

named_items as (
    select
        alert_rule,
        leg,
        entity_id,
        currency_code,
        case alert_rule
            when 'concentration_client' then customer_id
            when 'concentration_account_role' then account_role
            when 'concentration_processor' then processor_name
        end as subject,
        amount_minor,
        counts_from_date,
        counts_to_date
    from alert_items
),

changes as (
    select
        alert_rule,
        leg,
        entity_id,
        currency_code,
        subject,
        counts_from_date as calendar_date,
        abs(amount_minor) as open_change
    from named_items
    union all
    select
        alert_rule,
        leg,
        entity_id,
        currency_code,
        subject,
        counts_to_date as calendar_date,
        -abs(amount_minor) as open_change
    from named_items
    where counts_to_date is not null
),

concentration_changes as (
    select
        changes.alert_rule,
        changes.leg,
        changes.entity_id,
        changes.currency_code,
        changes.subject,
        changes.calendar_date,
        cast(sum(changes.open_change) as bigint) as open_change
    from changes
    inner join entities
        on
            changes.entity_id = entities.entity_id
            and changes.calendar_date <= entities.as_of_date
    group by
        changes.alert_rule,
        changes.leg,
        changes.entity_id,
        changes.currency_code,
        changes.subject,
        changes.calendar_date
)

select * from concentration_changes
