-- grain: one row per entity_id, contract_id, currency_code
with

revenue_releases as (
    select * from {{ ref('int_revenue_releases') }}
),

accruals_by_month as (
    select * from {{ ref('int_accruals_by_month') }}
    where scenario = 'in_force' and is_forecast
),

entities as (
    select * from {{ ref('int_entities') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

-- What is billed, and what is expected to be billed for service that is still to be delivered.
remaining as (
    select
        entity_id,
        contract_id,
        currency_code,
        customer_id,
        month_start,
        recognised_amount_minor + returned_amount_minor as billed_amount_minor,
        0 as unbilled_amount_minor
    from revenue_releases
    union all
    select
        entity_id,
        contract_id,
        currency_code,
        customer_id,
        month_start,
        0 as billed_amount_minor,
        recognised_amount_minor as unbilled_amount_minor
    from accruals_by_month
),

timed as (
    select
        remaining.*,
        entities.as_of_date,
        {{ dbt.datediff('entities.as_of_date', 'remaining.month_start', 'month') }}
            as months_ahead,
        remaining.billed_amount_minor + remaining.unbilled_amount_minor as amount_minor
    from remaining
    inner join entities
        on remaining.entity_id = entities.entity_id
),

by_contract as (
    select
        entity_id,
        contract_id,
        currency_code,
        min(customer_id) as customer_id,
        as_of_date,
        sum(billed_amount_minor) as billed_minor,
        sum(unbilled_amount_minor) as unbilled_minor,
        sum(amount_minor) as remaining_minor,
        sum(case when months_ahead <= 12 then amount_minor else 0 end) as within_a_year_minor,
        sum(case when months_ahead > 12 then amount_minor else 0 end) as after_a_year_minor,
        sum(case when months_ahead is null then amount_minor else 0 end) as undated_minor
    from timed
    group by
        entity_id,
        contract_id,
        currency_code,
        as_of_date
),

remaining_performance_obligations as (
    select
        by_contract.entity_id,
        by_contract.contract_id,
        by_contract.currency_code,
        by_contract.customer_id,
        by_contract.as_of_date,
        {{ major_units('by_contract.billed_minor', 'currencies.exponent') }}
            as billed_not_earned_amount,
        {{ major_units('by_contract.unbilled_minor', 'currencies.exponent') }} as unbilled_amount,
        {{ major_units('by_contract.remaining_minor', 'currencies.exponent') }} as remaining_amount,
        {{ major_units('by_contract.within_a_year_minor', 'currencies.exponent') }}
            as within_twelve_months_amount,
        {{ major_units('by_contract.after_a_year_minor', 'currencies.exponent') }}
            as after_twelve_months_amount,
        {{ major_units('by_contract.undated_minor', 'currencies.exponent') }} as undated_amount
    from by_contract
    inner join currencies
        on by_contract.currency_code = currencies.currency_code
    where
        by_contract.billed_minor <> 0
        or by_contract.unbilled_minor <> 0
)

select * from remaining_performance_obligations
