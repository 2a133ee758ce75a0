-- grain: one row per scenario, accrual_id, changed_date
with

accruals as (
    select * from {{ ref('int_accruals') }}
),

usage_to_date as (
    select * from {{ ref('int_usage_to_date') }}
    where usage_scope = 'accrued'
),

estimate_amounts as (
    select * from {{ ref('int_estimate_amounts') }}
),

steps as (
    select
        accruals.scenario,
        accruals.accrual_id,
        usage_to_date.usage_date as changed_date,
        usage_to_date.rated_amount_minor as consideration_minor
    from accruals
    inner join usage_to_date
        on accruals.origin_id = usage_to_date.usage_period_id
    where accruals.accrual_kind = 'usage'
    union all
    select
        accruals.scenario,
        accruals.accrual_id,
        estimate_amounts.effective_from as changed_date,
        estimate_amounts.included_amount_minor as consideration_minor
    from accruals
    inner join estimate_amounts
        on accruals.origin_id = estimate_amounts.estimate_id
    where accruals.accrual_kind = 'estimate'
    union all
    select
        scenario,
        accrual_id,
        first_date as changed_date,
        full_amount_minor as consideration_minor
    from accruals
    where full_amount_minor is not null
),

-- From the day its invoice is booked on, nothing is accrued, whatever is learned afterwards.
until_replaced as (
    select
        steps.scenario,
        steps.accrual_id,
        steps.changed_date,
        steps.consideration_minor
    from steps
    inner join accruals
        on
            steps.scenario = accruals.scenario
            and steps.accrual_id = accruals.accrual_id
    where accruals.replaced_date is null or steps.changed_date < accruals.replaced_date
    union all
    select
        scenario,
        accrual_id,
        replaced_date as changed_date,
        0 as consideration_minor
    from accruals
    where replaced_date is not null
),

accrual_changes as (
    select
        until_replaced.scenario,
        until_replaced.accrual_id,
        until_replaced.changed_date,
        lead(until_replaced.changed_date) over (
            partition by until_replaced.scenario, until_replaced.accrual_id
            order by until_replaced.changed_date
        ) as next_changed_date,
        cast(until_replaced.consideration_minor as bigint) as consideration_minor,
        {{ convert_money(
            'until_replaced.consideration_minor', 'accruals.multiplier', 'accruals.divisor'
        ) }} as consideration_functional_minor
    from until_replaced
    inner join accruals
        on
            until_replaced.scenario = accruals.scenario
            and until_replaced.accrual_id = accruals.accrual_id
)

select * from accrual_changes
