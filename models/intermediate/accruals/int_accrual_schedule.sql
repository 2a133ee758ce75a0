-- grain: one row per scenario, accrual_id, month_start
with

accrual_months as (
    select * from {{ ref('int_accrual_months') }}
),

accrual_changes as (
    select * from {{ ref('int_accrual_changes') }}
),

-- What changes on a day counts at the boundaries after it, so at the end of its month.
accrual_schedule as (
    select
        accrual_months.scenario,
        accrual_months.accrual_id,
        accrual_months.month_start,
        accrual_months.month_end,
        {{ share_of_service(
            'accrual_changes.consideration_minor',
            'accrual_months.served_units',
            'accrual_months.total_units'
        ) }} as accrued_to_date_minor,
        {{ share_of_service(
            'accrual_changes.consideration_functional_minor',
            'accrual_months.served_units',
            'accrual_months.total_units'
        ) }} as accrued_functional_to_date_minor
    from accrual_months
    inner join accrual_changes
        on
            accrual_months.scenario = accrual_changes.scenario
            and accrual_months.accrual_id = accrual_changes.accrual_id
            and accrual_months.next_month_start > accrual_changes.changed_date
            and (
                accrual_changes.next_changed_date is null
                or accrual_months.next_month_start <= accrual_changes.next_changed_date
            )
)

select * from accrual_schedule
