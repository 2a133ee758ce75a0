-- grain: one row per obligation_id, month_start
with

obligations as (
    select * from {{ ref('int_obligations') }}
),

recognition_by_month as (
    select * from {{ ref('int_recognition_by_month') }}
),

recurring_rates as (
    select * from {{ ref('int_recurring_rates') }}
),

-- Finished months only: revenue of the month under way is not posted.
earned as (
    select
        obligation_id,
        month_start,
        recognised_amount_minor - contra_amount_minor as net_amount_minor,
        contra_amount_minor
    from recognition_by_month
    where not is_forecast
),

rated as (
    select
        obligation_id,
        month_start,
        mrr_amount_minor,
        share_amount_minor,
        is_serving,
        is_counted
    from recurring_rates
    where {{ dbt.last_day('month_start', 'month') }} <= as_of_date
),

-- Service of a month that is booked later has a rate before it has revenue.
together as (
    select
        coalesce(earned.obligation_id, rated.obligation_id) as obligation_id,
        coalesce(earned.month_start, rated.month_start) as month_start,
        coalesce(earned.net_amount_minor, 0) as net_amount_minor,
        coalesce(earned.contra_amount_minor, 0) as contra_amount_minor,
        coalesce(rated.mrr_amount_minor, 0) as mrr_amount_minor,
        coalesce(rated.share_amount_minor, 0) as share_amount_minor,
        coalesce(rated.is_serving, false) as is_serving,
        coalesce(rated.is_counted, false) as is_counted
    from earned
    full outer join rated
        on
            earned.obligation_id = rated.obligation_id
            and earned.month_start = rated.month_start
),

recurring_ids as (
    select obligation_id
    from recurring_rates
    group by obligation_id
),

bridge_parts as (
    select
        together.obligation_id,
        together.month_start,
        obligations.entity_id,
        obligations.currency_code,
        together.mrr_amount_minor,
        case
            when together.is_counted or not together.is_serving
                then together.share_amount_minor - together.mrr_amount_minor
            else 0
        end as part_months_minor,
        case
            when together.is_serving and not together.is_counted then together.share_amount_minor
            else 0
        end as ended_minor,
        case
            when recurring_ids.obligation_id is not null
                then together.net_amount_minor - together.share_amount_minor
            else 0
        end as catch_up_minor,
        case
            when recurring_ids.obligation_id is null and obligations.line_type = 'usage'
                then together.net_amount_minor
            else 0
        end as usage_minor,
        case
            when recurring_ids.obligation_id is null and obligations.line_type <> 'usage'
                then together.net_amount_minor
            else 0
        end as one_off_minor,
        together.contra_amount_minor as contra_minor
    from together
    inner join obligations
        on together.obligation_id = obligations.obligation_id
    left join recurring_ids
        on together.obligation_id = recurring_ids.obligation_id
)

select * from bridge_parts
