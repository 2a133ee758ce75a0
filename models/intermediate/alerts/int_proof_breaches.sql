-- grain: one row per entity_id, currency_code, subject, from_date
with

proof_residuals as (
    select * from {{ ref('int_proof_residuals') }}
),

row_conservation as (
    select * from {{ ref('rpt_row_conservation') }}
),

alert_rules as (
    select * from {{ ref('int_alert_rules') }}
    where alert_rule = 'proof_off' and leg is null
),

currencies as (
    select * from {{ ref('currencies') }}
),

residuals_in_minor_units as (
    select
        proof_residuals.*,
        currencies.exponent,
        cast(
            proof_residuals.residual_amount * {{ power_of_ten('currencies.exponent') }} as bigint
        ) as residual_minor
    from proof_residuals
    inner join currencies
        on proof_residuals.currency_code = currencies.currency_code
    where proof_residuals.residual_amount <> 0
),

-- Rows that are in no state have no month of their own: they are off from the company's first.
first_months as (
    select
        entity_id,
        min(month_start) as from_date
    from proof_residuals
    group by entity_id
),

lost_rows as (
    select
        row_conservation.entity_id,
        row_conservation.currency_code,
        'rpt_row_conservation: ' || row_conservation.source_name || '.'
        || row_conservation.source_table as subject,
        first_months.from_date,
        row_conservation.rows_in - row_conservation.accepted_rows - row_conservation.ignored_rows
        - row_conservation.quarantined_rows as measured_value
    from row_conservation
    inner join first_months
        on row_conservation.entity_id = first_months.entity_id
),

-- A proof is off from the first day of the month that it does not explain: a month is proved as a
-- whole, so no later day of it would be truer, and the day stays the same from build to build. No day
-- ends it: a month that is over is published all the same, and only a build that explains it is well.
off as (
    select
        entity_id,
        currency_code,
        proof || ': ' || part as subject,
        month_start as from_date,
        'amount' as value_unit,
        cast(abs(residual_amount) as numeric(24, 4)) as measured_value,
        abs(residual_minor) as amount_minor,
        {{ money_text('residual_minor', 'exponent', 'currency_code') }} as residual_text
    from residuals_in_minor_units
    union all
    select
        entity_id,
        currency_code,
        subject,
        from_date,
        'rows' as value_unit,
        cast(abs(measured_value) as numeric(24, 4)) as measured_value,
        cast(null as bigint) as amount_minor,
        cast(measured_value as {{ dbt.type_string() }}) || ' rows' as residual_text
    from lost_rows
    where measured_value <> 0
),

breaches as (
    select
        alert_rules.rule_id,
        off.entity_id,
        cast(null as {{ dbt.type_string() }}) as leg,
        off.currency_code,
        off.subject,
        off.from_date,
        cast(null as date) as to_date,
        off.measured_value,
        cast(0 as numeric(24, 4)) as threshold_value,
        off.value_unit,
        off.amount_minor,
        cast(null as {{ dbt.type_string() }}) as item_id,
        'The proof ' || off.subject || ' leaves ' || off.residual_text
        || ' unexplained in the month of ' || cast(off.from_date as {{ dbt.type_string() }})
            as explanation
    from off
    inner join alert_rules
        on off.entity_id = alert_rules.entity_id
)

select * from breaches
