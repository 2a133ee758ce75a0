-- grain: one row per rule_id, leg, entity_id, currency_code, subject, from_date
with

changes as (
    select * from {{ ref('int_concentration_changes') }}
    where subject is not null
),

totals as (
    select * from {{ ref('int_concentration_totals') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

balances as (
    select
        *,
        sum(open_change) over (
            partition by alert_rule, leg, entity_id, currency_code, subject
            order by calendar_date asc
            rows between unbounded preceding and current row
        ) as open_minor
    from changes
),

stretches as (
    select
        *,
        lead(calendar_date) over (
            partition by alert_rule, leg, entity_id, currency_code, subject
            order by calendar_date asc
        ) as next_date
    from balances
),

-- Whoever holds that share of a balance that matters holds that share of its floor: only those few
-- balances meet the days on which the total changes.
compared as (
    select
        totals.alert_rule,
        totals.rule_id,
        totals.leg,
        totals.entity_id,
        totals.currency_code,
        stretches.subject,
        greatest(totals.calendar_date, totals.judged_from_date) as from_date,
        totals.to_date,
        totals.total_minor,
        totals.limit_share,
        stretches.open_minor
    from stretches
    inner join totals
        on
            stretches.alert_rule = totals.alert_rule
            and stretches.leg = totals.leg
            and stretches.entity_id = totals.entity_id
            and stretches.currency_code = totals.currency_code
            and stretches.calendar_date <= totals.calendar_date
            and (stretches.next_date is null or stretches.next_date > totals.calendar_date)
    where
        stretches.open_minor > totals.limit_share * totals.limit_minor
        and totals.total_minor >= totals.limit_minor
        and (totals.to_date is null or totals.to_date > totals.judged_from_date)
        and stretches.open_minor > totals.limit_share * totals.total_minor
),

breaches as (
    select
        compared.rule_id,
        compared.entity_id,
        compared.leg,
        compared.currency_code,
        compared.subject,
        compared.from_date,
        compared.to_date,
        cast({{ share_of('compared.open_minor', 'compared.total_minor') }} as numeric(24, 4))
            as measured_value,
        cast(compared.limit_share as numeric(24, 4)) as threshold_value,
        'share' as value_unit,
        cast(compared.open_minor as bigint) as amount_minor,
        cast(null as {{ dbt.type_string() }}) as item_id,
        replace(replace(compared.alert_rule, 'concentration_', ''), '_', ' ') || ' '
        || compared.subject || ' has '
        || {{ money_text(
            'cast(compared.open_minor as bigint)', 'currencies.exponent', 'compared.currency_code'
        ) }} || ' of the '
        || {{ money_text(
            'cast(compared.total_minor as bigint)', 'currencies.exponent', 'compared.currency_code'
        ) }} || ' that are open in the ' || compared.leg || ' leg' as explanation
    from compared
    inner join currencies
        on compared.currency_code = currencies.currency_code
)

select * from breaches
