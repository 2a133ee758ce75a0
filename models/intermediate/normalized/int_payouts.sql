-- grain: one row per payout_id
with

readable as (
    select * from {{ from_sources('processor_sources', 'payouts') }}
),

payout_rails as (
    select * from {{ ref('payout_rails') }}
),

business_days as (
    select * from {{ ref('int_business_days') }}
),

ranked_rails as (
    select
        readable.payout_id,
        payout_rails.calendar_name,
        payout_rails.arrival_business_days,
        row_number() over (
            partition by readable.payout_id
            order by
                case when payout_rails.processor_name is null then 1 else 0 end asc,
                case when payout_rails.currency_code is null then 1 else 0 end asc,
                payout_rails.calendar_name asc
        ) as rail_rank
    from readable
    inner join payout_rails
        on
            coalesce(payout_rails.processor_name, readable.processor_name)
            = readable.processor_name
            and coalesce(payout_rails.currency_code, readable.currency_code)
            = readable.currency_code
),

dated as (
    select
        *,
        {{ accounting_date('created_at', 'entity_timezone') }} as created_date,
        {{ accounting_date('failed_at', 'entity_timezone') }} as failed_date
    from readable
),

arrived as (
    select
        dated.*,
        coalesce(dated.arrival_date, arrival_days.calendar_date, dated.created_date)
            as reached_date
    from dated
    left join ranked_rails
        on
            dated.payout_id = ranked_rails.payout_id
            and ranked_rails.rail_rank = 1
    left join business_days as created_days
        on
            ranked_rails.calendar_name = created_days.calendar_name
            and dated.created_date = created_days.calendar_date
    left join business_days as arrival_days
        on
            ranked_rails.calendar_name = arrival_days.calendar_name
            and created_days.business_day_number + ranked_rails.arrival_business_days
            = arrival_days.business_day_number
            and arrival_days.is_business_day
),

-- A payout that fails by the day on which it is due never reached the bank; one that fails later had
-- arrived and was sent back.
payouts as (
    select
        payout_id,
        processor_name,
        currency_code,
        amount_minor,
        status,
        is_automatic,
        payout_method,
        created_at,
        created_date,
        reached_date as arrival_date,
        failed_at,
        failed_date,
        case when failed_date > reached_date then failed_date end as returned_date,
        source_name,
        source_table,
        source_record_id,
        entity_id,
        recorded_at
    from arrived
)

select * from payouts
