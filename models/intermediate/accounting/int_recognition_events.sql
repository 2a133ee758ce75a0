-- grain: one row per event_id
with

recognition_by_month as (
    select * from {{ ref('int_recognition_by_month') }}
),

-- A release of what was taken over from the books before is a journal of its own.
named as (
    select
        *,
        case
            when source_table = 'opening_balances' then 'opening_released'
            else 'revenue_recognised'
        end as event_type
    from recognition_by_month
),

recognition_events as (
    select
        {{ dbt.concat([
            'event_type', "':'", 'obligation_id', "':'", 'cast(month_end as ' ~ dbt.type_string() ~ ')'
        ]) }} as event_id,
        entity_id,
        event_type,
        'recognised' as component,
        source_name,
        source_table,
        source_record_id,
        source_record_id as document_reference,
        customer_id,
        null as counterparty_reference,
        invoice_id,
        obligation_id,
        currency_code,
        recognised_amount_minor as amount_minor,
        functional_currency_code,
        recognised_functional_amount_minor as functional_amount_minor,
        month_end as event_date,
        month_end as policy_date,
        cast(month_end as {{ dbt.type_timestamp() }}) as recorded_at
    from named
    where
        not is_forecast
        and (recognised_amount_minor <> 0 or recognised_functional_amount_minor <> 0)
)

select * from recognition_events
