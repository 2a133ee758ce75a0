-- grain: one row per leg, entity_id, currency_code, subject, from_date
with

limits as (
    select * from {{ ref('int_new_unmatched_limits') }}
),

breaches as (
    select
        rule_id,
        entity_id,
        leg,
        currency_code,
        event_type as subject,
        counts_from_date as from_date,
        cast({{ dbt.dateadd('day', 1, 'counts_from_date') }} as date) as to_date,
        cast(document_count as numeric(24, 4)) as measured_value,
        threshold_value,
        'documents' as value_unit,
        amount_minor,
        cast(null as {{ dbt.type_string() }}) as item_id,
        cast(document_count as {{ dbt.type_string() }}) || ' documents of kind '
        || replace(event_type, '_', ' ') || ' over '
        || {{ money_text('amount_minor', 'exponent', 'currency_code') }}
        || ' are newly without an agreeing counterpart in the ' || leg
        || ' leg; the limit of this weekday is '
        || {{ plain_number('threshold_value') }} as explanation
    from limits
    where document_count > threshold_value
)

select * from breaches
