-- Invariant: what was open the day before, plus what is new, less what is cleared, is open (L8, L16).
-- Grain: leg, entity, currency, status, age bucket.
-- A row: the list of changes leaves out, repeats or misstates one; today's queue shows the truth.
-- Then: compare the item's rows in int_exception_days with rpt_exception_changes and fct_exceptions.
with

movements as (
    select
        exception_days.leg,
        exception_days.entity_id,
        exception_days.currency_code,
        exception_days.status,
        exception_days.age_bucket,
        1 as exception_count,
        {{ major_units('exception_days.open_amount_minor', 'currencies.exponent') }} as open_amount
    from {{ ref('int_exception_days') }} as exception_days
    inner join {{ ref('currencies') }} as currencies
        on exception_days.currency_code = currencies.currency_code
    where not exception_days.is_as_of_date
    union all
    select
        leg,
        entity_id,
        currency_code,
        status_before as status,
        age_bucket_before as age_bucket,
        -1 as exception_count,
        -open_before_amount as open_amount
    from {{ ref('rpt_exception_changes') }}
    where change_kind <> 'new'
    union all
    select
        leg,
        entity_id,
        currency_code,
        status_after as status,
        age_bucket_after as age_bucket,
        1 as exception_count,
        open_after_amount as open_amount
    from {{ ref('rpt_exception_changes') }}
    where change_kind <> 'cleared'
),

carried_forward as (
    select
        leg,
        entity_id,
        currency_code,
        status,
        age_bucket,
        sum(exception_count) as exception_count,
        sum(open_amount) as open_amount
    from movements
    group by leg, entity_id, currency_code, status, age_bucket
),

open_today as (
    select
        leg,
        entity_id,
        currency_code,
        status,
        age_bucket,
        count(*) as exception_count,
        sum(open_amount) as open_amount
    from {{ ref('fct_exceptions') }}
    group by leg, entity_id, currency_code, status, age_bucket
),

compared as (
    select
        coalesce(open_today.leg, carried_forward.leg) as leg,
        coalesce(open_today.entity_id, carried_forward.entity_id) as entity_id,
        coalesce(open_today.currency_code, carried_forward.currency_code) as currency_code,
        coalesce(open_today.status, carried_forward.status) as status,
        coalesce(open_today.age_bucket, carried_forward.age_bucket) as age_bucket,
        open_today.exception_count,
        carried_forward.exception_count as carried_count,
        open_today.open_amount,
        carried_forward.open_amount as carried_amount,
        case
            when
                open_today.leg is null
                and carried_forward.exception_count = 0
                and carried_forward.open_amount = 0
                then 'ok'
            when open_today.leg is null or carried_forward.leg is null then 'one-sided'
            when open_today.exception_count <> carried_forward.exception_count then 'count'
            when open_today.open_amount <> carried_forward.open_amount then 'amount'
            else 'ok'
        end as verdict
    from open_today
    full outer join carried_forward
        on
            open_today.leg = carried_forward.leg
            and open_today.entity_id = carried_forward.entity_id
            and open_today.currency_code = carried_forward.currency_code
            and open_today.status = carried_forward.status
            and coalesce(open_today.age_bucket, '') = coalesce(carried_forward.age_bucket, '')
)

select * from compared
where verdict <> 'ok'
