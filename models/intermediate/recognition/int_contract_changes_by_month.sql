-- grain: one row per entity_id, contract_id, currency_code, month_start
with

obligations as (
    select * from {{ ref('int_obligations') }}
),

recognition_by_month as (
    select * from {{ ref('int_recognition_by_month') }}
),

accruals_by_month as (
    select * from {{ ref('int_accruals_by_month') }}
    where scenario = 'in_force' and not is_forecast
),

-- Changes instead of balances: what a schedule leaves deferred at its end stays so afterwards.
deferred as (
    select
        obligation_id,
        month_start,
        deferred_amount_minor - lag(deferred_amount_minor, 1, 0) over (
            partition by obligation_id order by month_start
        ) as change_minor
    from recognition_by_month
    where not is_forecast
),

changes as (
    select
        obligations.entity_id,
        obligations.contract_id,
        obligations.currency_code,
        obligations.customer_id,
        deferred.month_start,
        deferred.change_minor as deferred_change_minor,
        0 as unbilled_change_minor
    from deferred
    inner join obligations
        on deferred.obligation_id = obligations.obligation_id
    union all
    select
        entity_id,
        contract_id,
        currency_code,
        customer_id,
        month_start,
        0 as deferred_change_minor,
        recognised_amount_minor as unbilled_change_minor
    from accruals_by_month
),

contract_changes_by_month as (
    select
        entity_id,
        contract_id,
        currency_code,
        min(customer_id) as customer_id,
        month_start,
        cast(sum(deferred_change_minor) as bigint) as deferred_change_minor,
        cast(sum(unbilled_change_minor) as bigint) as unbilled_change_minor
    from changes
    group by
        entity_id,
        contract_id,
        currency_code,
        month_start
)

select * from contract_changes_by_month
