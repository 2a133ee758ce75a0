-- grain: one row per scenario, accrual_id
with

obligations as (
    select * from {{ ref('int_obligations') }}
),

scenario_invoices as (
    select * from {{ ref('int_scenario_invoices') }}
),

policy_choices as (
    select * from {{ ref('int_policy_choices') }}
    where policy = 'catch_up' and choice = 'off'
),

usage_accruals as (
    select * from {{ ref('int_usage_accruals') }}
),

estimate_accruals as (
    select * from {{ ref('int_estimate_accruals') }}
),

accrued_before as (
    select
        invoice_id,
        product_id
    from usage_accruals
    where invoice_id is not null
    union distinct
    select
        invoice_id,
        product_id
    from estimate_accruals
    where invoice_id is not null
),

-- Service of the months before the invoice. What is earned on invoicing has none, and what was
-- accrued as usage or by an estimate is not accrued a second time.
catch_up_accruals as (
    select
        scenario_invoices.scenario,
        {{ dbt.concat(["'catch_up:'", 'obligations.obligation_id']) }} as accrual_id,
        'catch_up' as accrual_kind,
        obligations.obligation_id as origin_id,
        obligations.entity_id,
        obligations.source_name,
        obligations.source_table,
        obligations.source_record_id,
        obligations.customer_id,
        obligations.subscription_id,
        obligations.product_id,
        obligations.contract_id,
        obligations.invoice_id,
        obligations.currency_code,
        obligations.convention,
        obligations.service_start_date,
        obligations.service_start_second,
        obligations.service_end_date,
        obligations.service_end_second,
        obligations.service_start_date as first_date,
        obligations.booked_date as replaced_date,
        obligations.net_amount_minor as full_amount_minor,
        obligations.multiplier,
        obligations.divisor
    from obligations
    inner join scenario_invoices
        on obligations.invoice_id = scenario_invoices.invoice_id
    inner join policy_choices
        on
            scenario_invoices.scenario = policy_choices.scenario
            and obligations.entity_id = policy_choices.entity_id
            and obligations.booked_date >= policy_choices.effective_from
            and (
                policy_choices.effective_until is null
                or obligations.booked_date < policy_choices.effective_until
            )
    left join accrued_before
        on
            obligations.invoice_id = accrued_before.invoice_id
            and coalesce(obligations.product_id, '') = coalesce(accrued_before.product_id, '')
    where
        obligations.service_start_date < obligations.booked_month
        and obligations.convention
        not in ('at_invoice', 'on_usage', 'on_drawdown', 'passthrough', 'excluded')
        and accrued_before.invoice_id is null
)

select * from catch_up_accruals
