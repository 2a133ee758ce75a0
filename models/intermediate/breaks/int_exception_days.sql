-- grain: one row per item_id, as_of_day
with

item_states as (
    select * from {{ ref('int_item_states') }}
),

match_totals as (
    select * from {{ ref('int_match_totals') }}
),

age_buckets as (
    select * from {{ ref('int_age_buckets') }}
),

open_items as (
    select
        item_id,
        side,
        leg,
        entity_id,
        currency_code,
        amount_minor,
        known_date,
        due_date,
        as_of_date as as_of_day,
        true as is_as_of_date,
        status_after as status,
        match_id_after as match_id
    from item_states
    where status_after in ('suggested', 'discrepancy', 'expected_only', 'recorded_only')
    union all
    select
        item_id,
        side,
        leg,
        entity_id,
        currency_code,
        amount_minor,
        known_date,
        due_date,
        day_before as as_of_day,
        false as is_as_of_date,
        status_before as status,
        match_id_before as match_id
    from item_states
    where status_before in ('suggested', 'discrepancy', 'expected_only', 'recorded_only')
),

-- An exception of several items stands under the one that was known first: what was alone one day
-- and linked the next is the same thing to look at, and not one cleared and another new.
ranked as (
    select
        *,
        coalesce(match_id, item_id) as exception_id,
        row_number() over (
            partition by as_of_day, coalesce(match_id, item_id)
            order by known_date asc, side asc, item_id asc
        ) as item_rank,
        min(greatest(known_date, least(due_date, as_of_day))) over (
            partition by as_of_day, coalesce(match_id, item_id)
        ) as first_seen_date
    from open_items
),

measured as (
    select
        ranked.*,
        {{ dbt.datediff(
            'ranked.first_seen_date', 'ranked.as_of_day', 'day'
        ) }} as age_days,
        case
            when ranked.match_id is null then abs(ranked.amount_minor)
            when match_totals.residual_amount_minor = 0
                then abs(match_totals.expected_amount_minor)
            else abs(match_totals.residual_amount_minor)
        end as open_amount_minor
    from ranked
    left join match_totals
        on ranked.match_id = match_totals.match_id
    where ranked.item_rank = 1
),

exception_days as (
    select
        measured.item_id,
        measured.as_of_day,
        measured.is_as_of_date,
        measured.exception_id,
        measured.leg,
        measured.entity_id,
        measured.currency_code,
        measured.status,
        measured.open_amount_minor,
        measured.first_seen_date,
        measured.age_days,
        age_buckets.age_bucket
    from measured
    left join age_buckets
        on
            measured.age_days >= age_buckets.minimum_age_days
            and (
                age_buckets.next_minimum_age_days is null
                or measured.age_days < age_buckets.next_minimum_age_days
            )
)

select * from exception_days
