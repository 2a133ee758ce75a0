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

entities as (
    select * from {{ ref('int_entities') }}
),

-- Rows that are in no state have no month: they are off on the day that is looked at.
lost_rows as (
    select
        row_conservation.entity_id,
        row_conservation.currency_code,
        'rpt_row_conservation: ' || row_conservation.source_name || '.'
        || row_conservation.source_table as subject,
        entities.as_of_date as from_date,
        row_conservation.rows_in - row_conservation.accepted_rows - row_conservation.ignored_rows
        - row_conservation.quarantined_rows as measured_value
    from row_conservation
    inner join entities
        on row_conservation.entity_id = entities.entity_id
),

-- A proof is off from the first day of the month that it does not explain: a month is proved as a
-- whole, so no later day of it would be truer, and the day stays the same from build to build.
off as (
    select
        proof_residuals.entity_id,
        proof_residuals.currency_code,
        proof_residuals.proof || ': ' || proof_residuals.part as subject,
        proof_residuals.month_start as from_date,
        cast({{ dbt.dateadd('month', 1, 'proof_residuals.month_start') }} as date) as to_date,
        'amount' as value_unit,
        cast(abs(proof_residuals.residual_amount) as numeric(24, 4)) as measured_value,
        cast(abs(proof_residuals.residual_amount)
        * {{ power_of_ten('currencies.exponent') }} as bigint) as amount_minor,
        {{ money_text(
            'cast(proof_residuals.residual_amount * ' ~ power_of_ten('currencies.exponent')
            ~ ' as bigint)',
            'currencies.exponent', 'proof_residuals.currency_code'
        ) }} as residual_text
    from proof_residuals
    inner join currencies
        on proof_residuals.currency_code = currencies.currency_code
    where proof_residuals.residual_amount <> 0
    union all
    select
        entity_id,
        currency_code,
        subject,
        from_date,
        cast({{ dbt.dateadd('day', 1, 'from_date') }} as date) as to_date,
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
        off.to_date,
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
