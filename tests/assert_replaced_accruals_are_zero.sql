-- Invariant: an accrual whose invoice is booked leaves no unbilled balance, any other its own.
-- Grain: accrual.
-- A row: an accrual with another balance on unbilled_receivable than it should have, minor units.
-- Then: list its rows in int_accrual_schedule; a movement is missing or posts for a what-if.
with

accruals as (
    select
        accrual_id,
        entity_id,
        invoice_id,
        as_of_date
    from {{ ref('int_accruals') }}
    where scenario = 'in_force'
),

-- Booked in a month that is over, so that its last day has been posted.
booked as (
    select accruals.accrual_id
    from accruals
    inner join {{ ref('int_invoice_bookings') }} as invoice_bookings
        on accruals.invoice_id = invoice_bookings.invoice_id
    where
        cast({{ dbt.last_day('invoice_bookings.booked_date', 'month') }} as date)
        <= accruals.as_of_date
),

last_months as (
    select
        accruals_by_month.accrual_id,
        accruals_by_month.unbilled_amount_minor,
        accruals_by_month.unbilled_functional_amount_minor,
        row_number() over (
            partition by accruals_by_month.accrual_id order by accruals_by_month.month_start desc
        ) as rank_from_last
    from {{ ref('int_accruals_by_month') }} as accruals_by_month
    where
        accruals_by_month.scenario = 'in_force'
        and not accruals_by_month.is_forecast
),

expected as (
    select
        accruals.accrual_id,
        case
            when booked.accrual_id is null then coalesce(last_months.unbilled_amount_minor, 0)
            else 0
        end as unbilled_amount_minor,
        case
            when booked.accrual_id is null
                then coalesce(last_months.unbilled_functional_amount_minor, 0)
            else 0
        end as unbilled_functional_amount_minor
    from accruals
    left join booked
        on accruals.accrual_id = booked.accrual_id
    left join last_months
        on
            accruals.accrual_id = last_months.accrual_id
            and last_months.rank_from_last = 1
),

posted as (
    select
        obligation_id as accrual_id,
        sum(amount_minor) as unbilled_amount_minor,
        sum(functional_amount_minor) as unbilled_functional_amount_minor
    from {{ ref('int_expected_entries') }}
    where account_role = 'unbilled_receivable'
    group by obligation_id
),

compared as (
    select
        coalesce(expected.accrual_id, posted.accrual_id) as accrual_id,
        expected.unbilled_amount_minor as expected_amount_minor,
        posted.unbilled_amount_minor as posted_amount_minor,
        expected.unbilled_functional_amount_minor as expected_functional_amount_minor,
        posted.unbilled_functional_amount_minor as posted_functional_amount_minor,
        case
            when expected.accrual_id is null then 'posted without an accrual'
            when
                expected.unbilled_amount_minor <> coalesce(posted.unbilled_amount_minor, 0)
                or expected.unbilled_functional_amount_minor
                <> coalesce(posted.unbilled_functional_amount_minor, 0)
                then 'another balance'
            else 'ok'
        end as status
    from expected
    full outer join posted
        on expected.accrual_id = posted.accrual_id
)

select *
from compared
where status <> 'ok'
