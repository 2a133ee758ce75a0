-- grain: one row per event_id
with

accruals_by_month as (
    select * from {{ ref('int_accruals_by_month') }}
),

-- The whole story of an accrual passes through unbilled_receivable: it rises with the service and
-- goes back in the month of its invoice, whose line is then earned as any other.
accrual_events as (
    select
        {{ dbt.concat([
            "'revenue_accrued:'", 'accrual_id', "':'", 'cast(month_end as ' ~ dbt.type_string() ~ ')'
        ]) }} as event_id,
        entity_id,
        'revenue_accrued' as event_type,
        'accrued' as component,
        source_name,
        source_table,
        source_record_id,
        source_record_id as document_reference,
        customer_id,
        null as counterparty_reference,
        invoice_id,
        accrual_id as obligation_id,
        currency_code,
        recognised_amount_minor as amount_minor,
        functional_currency_code,
        recognised_functional_amount_minor as functional_amount_minor,
        month_end as event_date,
        month_end as policy_date,
        cast(month_end as {{ dbt.type_timestamp() }}) as recorded_at
    from accruals_by_month
    where
        scenario = 'in_force'
        and not is_forecast
        and (recognised_amount_minor <> 0 or recognised_functional_amount_minor <> 0)
)

select * from accrual_events
