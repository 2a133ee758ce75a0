-- grain: one row per item_id
with

exception_days as (
    select * from {{ ref('int_exception_days') }}
),

item_states as (
    select * from {{ ref('int_item_states') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

today as (
    select * from exception_days
    where is_as_of_date
),

day_before as (
    select * from exception_days
    where not is_as_of_date
),

compared as (
    select
        coalesce(today.item_id, day_before.item_id) as item_id,
        coalesce(today.exception_id, day_before.exception_id) as exception_id,
        today.exception_id as exception_id_after,
        day_before.exception_id as exception_id_before,
        today.status,
        today.open_amount_minor as open_amount_minor_after,
        day_before.open_amount_minor as open_amount_minor_before,
        today.age_bucket as age_bucket_after,
        day_before.age_bucket as age_bucket_before,
        today.age_days as age_days_after,
        day_before.age_days as age_days_before,
        case
            when day_before.item_id is null then 'new'
            when today.item_id is null then 'cleared'
            when
                today.status <> day_before.status
                or today.open_amount_minor <> day_before.open_amount_minor
                then 'changed'
            when (today.age_bucket is distinct from day_before.age_bucket) then 'aged'
            else 'none'
        end as change_kind
    from today
    full outer join day_before
        on today.item_id = day_before.item_id
),

worded as (
    select
        compared.*,
        item_states.leg,
        item_states.entity_id,
        item_states.currency_code,
        item_states.as_of_date,
        item_states.day_before,
        item_states.status_before,
        item_states.status_after,
        item_states.is_decided_anew,
        {{ money_text(
            'compared.open_amount_minor_before', 'currencies.exponent', 'item_states.currency_code'
        ) }} as text_before,
        {{ money_text(
            'compared.open_amount_minor_after', 'currencies.exponent', 'item_states.currency_code'
        ) }} as text_after
    from compared
    inner join item_states
        on compared.item_id = item_states.item_id
    inner join currencies
        on item_states.currency_code = currencies.currency_code
    where compared.change_kind <> 'none'
),

exception_changes as (
    select
        item_id,
        exception_id,
        leg,
        entity_id,
        currency_code,
        as_of_date,
        day_before,
        change_kind,
        status_before,
        status_after,
        open_amount_minor_before,
        open_amount_minor_after,
        age_bucket_before,
        age_bucket_after,
        coalesce(age_days_after, age_days_before + 1) as age_days,
        case
            when change_kind = 'new' and is_decided_anew then 'New: a verdict on it no longer holds'
            when change_kind = 'new' and status_before = 'not_known'
                then 'New: not known the day before'
            when change_kind = 'new' and status_before = 'inconclusive'
                then 'New: the source it waited for has come and does not confirm it'
            when change_kind = 'new' and status_after = 'expected_only'
                then 'New: it is due and still alone'
            when change_kind = 'new' then 'New: what has come does not confirm it'
            when change_kind = 'cleared' and is_decided_anew then 'Cleared: a verdict settles it'
            when change_kind = 'cleared' and status_after = 'matched'
                then 'Cleared: its counterpart has come'
            when change_kind = 'cleared' and status_after = 'inconclusive'
                then 'Cleared: a source is late and nobody can say any more'
            when change_kind = 'cleared' then 'Cleared: it is now part of another exception'
            when change_kind = 'changed'
                then 'Changed: ' || status_before || ' of ' || text_before || ' is now '
                    || status_after || ' of ' || text_after
            else 'Aged: ' || coalesce(age_bucket_before, 'no bucket') || ' is now '
                || coalesce(age_bucket_after, 'no bucket')
        end as explanation
    from worded
)

select * from exception_changes
