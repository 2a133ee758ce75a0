-- grain: one row per entity_id, contract_id, currency_code, month_start
with

changes as (
    select * from {{ ref('int_contract_changes_by_month') }}
),

reporting_months as (
    select * from {{ ref('int_reporting_months') }}
    where month_end <= as_of_date
),

contracts as (
    select
        entity_id,
        contract_id,
        currency_code,
        min(customer_id) as customer_id,
        min(month_start) as first_month_start
    from changes
    group by
        entity_id,
        contract_id,
        currency_code
),

by_month as (
    select
        contracts.entity_id,
        contracts.contract_id,
        contracts.currency_code,
        contracts.customer_id,
        reporting_months.month_start,
        reporting_months.month_end,
        coalesce(changes.deferred_change_minor, 0) as deferred_change_minor,
        coalesce(changes.unbilled_change_minor, 0) as unbilled_change_minor
    from contracts
    inner join reporting_months
        on
            contracts.entity_id = reporting_months.entity_id
            and contracts.first_month_start <= reporting_months.month_start
    left join changes
        on
            contracts.entity_id = changes.entity_id
            and contracts.contract_id = changes.contract_id
            and contracts.currency_code = changes.currency_code
            and reporting_months.month_start = changes.month_start
),

with_balances as (
    select
        entity_id,
        contract_id,
        currency_code,
        customer_id,
        month_start,
        month_end,
        cast(sum(deferred_change_minor) over (
            partition by entity_id, contract_id, currency_code order by month_start
            rows between unbounded preceding and current row
        ) as bigint) as deferred_amount_minor,
        cast(sum(unbilled_change_minor) over (
            partition by entity_id, contract_id, currency_code order by month_start
            rows between unbounded preceding and current row
        ) as bigint) as unbilled_amount_minor
    from by_month
),

contract_balances_by_month as (
    select
        entity_id,
        contract_id,
        currency_code,
        customer_id,
        month_start,
        month_end,
        deferred_amount_minor,
        unbilled_amount_minor
    from with_balances
    where
        deferred_amount_minor <> 0
        or unbilled_amount_minor <> 0
)

select * from contract_balances_by_month
