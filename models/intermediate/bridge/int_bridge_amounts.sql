-- grain: one row per entity_id, month_start, step
with

reporting_months as (
    select * from {{ ref('int_reporting_months') }}
),

bridge_movements as (
    select * from {{ ref('int_bridge_movements') }}
),

account_months as (
    select * from {{ ref('int_account_months') }}
),

bridge_postings as (
    select * from {{ ref('bridge_postings') }}
),

-- The ledger knows accounts, not events: only a step made of whole accounts has a figure there.
steps as (
    select
        step,
        count(event_type) = 0 as is_whole_account
    from bridge_postings
    group by step
),

expected as (
    select
        bridge_movements.entity_id,
        bridge_movements.month_start,
        bridge_postings.step,
        sum(bridge_postings.sign * bridge_movements.amount_minor) as amount_minor
    from bridge_movements
    inner join bridge_postings
        on
            bridge_movements.account_role = bridge_postings.account_role
            and bridge_movements.event_type
            = coalesce(bridge_postings.event_type, bridge_movements.event_type)
    group by
        bridge_movements.entity_id,
        bridge_movements.month_start,
        bridge_postings.step
),

recorded as (
    select
        account_months.entity_id,
        account_months.month_start,
        bridge_postings.step,
        sum(bridge_postings.sign * (
            account_months.recorded_debit_minor - account_months.recorded_credit_minor
        )) as recorded_amount_minor
    from account_months
    inner join bridge_postings
        on account_months.account_role = bridge_postings.account_role
    group by
        account_months.entity_id,
        account_months.month_start,
        bridge_postings.step
),

bridge_amounts as (
    select
        reporting_months.entity_id,
        reporting_months.month_start,
        steps.step,
        cast(coalesce(expected.amount_minor, 0) as bigint) as amount_minor,
        case
            when steps.is_whole_account
                then cast(coalesce(recorded.recorded_amount_minor, 0) as bigint)
        end as recorded_amount_minor
    from reporting_months
    cross join steps
    left join expected
        on
            reporting_months.entity_id = expected.entity_id
            and reporting_months.month_start = expected.month_start
            and steps.step = expected.step
    left join recorded
        on
            reporting_months.entity_id = recorded.entity_id
            and reporting_months.month_start = recorded.month_start
            and steps.step = recorded.step
)

select * from bridge_amounts
