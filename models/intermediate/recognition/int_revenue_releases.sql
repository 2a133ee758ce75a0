-- grain: one row per obligation_id, month_start
with

obligations as (
    select * from {{ ref('int_obligations') }}
),

recognition_by_month as (
    select * from {{ ref('int_recognition_by_month') }}
),

entries as (
    select * from {{ ref('int_expected_entries') }}
),

to_come as (
    select
        obligation_id,
        month_start,
        recognised_amount_minor,
        0 as returned_amount_minor
    from recognition_by_month
    where is_forecast
),

-- A refund of yesterday's sync may be dated after the last day that counts: it is known and will
-- take back what is deferred, but has not yet.
to_be_returned as (
    select
        entries.obligation_id,
        cast({{ dbt.date_trunc('month', 'entries.entry_date') }} as date) as month_start,
        0 as recognised_amount_minor,
        entries.amount_minor as returned_amount_minor
    from entries
    inner join obligations
        on
            entries.obligation_id = obligations.obligation_id
            and entries.entry_date > obligations.as_of_date
    where
        entries.account_role = 'deferred_revenue'
        and entries.event_type not in (
            'invoice_finalised', 'revenue_recognised', 'opening_balance', 'opening_released'
        )
),

months_of_obligation as (
    select
        obligation_id,
        deferred_amount_minor,
        row_number() over (partition by obligation_id order by month_start desc) as months_to_end
    from recognition_by_month
),

-- What a schedule leaves at its end is held or stopped: no month can be named for it.
undated as (
    select
        obligation_id,
        cast(null as date) as month_start,
        deferred_amount_minor as recognised_amount_minor,
        0 as returned_amount_minor
    from months_of_obligation
    where
        months_to_end = 1
        and deferred_amount_minor <> 0
),

all_releases as (
    select * from to_come
    union all
    select * from to_be_returned
    union all
    select * from undated
),

by_month as (
    select
        obligation_id,
        month_start,
        cast(sum(recognised_amount_minor) as bigint) as recognised_amount_minor,
        cast(sum(returned_amount_minor) as bigint) as returned_amount_minor
    from all_releases
    group by
        obligation_id,
        month_start
),

revenue_releases as (
    select
        by_month.obligation_id,
        obligations.entity_id,
        obligations.contract_id,
        obligations.customer_id,
        obligations.currency_code,
        by_month.month_start,
        {{ dbt.datediff('obligations.as_of_date', 'by_month.month_start', 'month') }}
            as months_ahead,
        coalesce(
            {{ dbt.datediff('obligations.as_of_date', 'by_month.month_start', 'month') }}, 0
        ) <= 12 as is_current,
        by_month.recognised_amount_minor,
        by_month.returned_amount_minor
    from by_month
    inner join obligations
        on by_month.obligation_id = obligations.obligation_id
    where
        obligations.booked_date <= obligations.as_of_date
        and (by_month.recognised_amount_minor <> 0 or by_month.returned_amount_minor <> 0)
)

select * from revenue_releases
