-- Invariant: every exception stands behind exactly one row of the queue finance works (L19).
-- Grain: leg, entity, currency, cause.
-- A row: a cause whose queue counts more or fewer exceptions than there are, with both counts.
-- Then: look for exceptions whose item is not in int_break_items.
with

exceptions as (
    select
        leg,
        entity_id,
        currency_code,
        cause,
        count(*) as exception_count
    from {{ ref('fct_exceptions') }}
    group by
        leg,
        entity_id,
        currency_code,
        cause
),

queued as (
    select
        leg,
        entity_id,
        currency_code,
        cause,
        sum(exception_count) as queued_count
    from {{ ref('rpt_exception_queue') }}
    group by
        leg,
        entity_id,
        currency_code,
        cause
),

compared as (
    select
        coalesce(exceptions.leg, queued.leg) as leg,
        coalesce(exceptions.entity_id, queued.entity_id) as entity_id,
        coalesce(exceptions.currency_code, queued.currency_code) as currency_code,
        coalesce(exceptions.cause, queued.cause) as cause,
        coalesce(exceptions.exception_count, 0) as exception_count,
        coalesce(queued.queued_count, 0) as queued_count
    from exceptions
    full outer join queued
        on
            exceptions.leg = queued.leg
            and exceptions.entity_id = queued.entity_id
            and exceptions.currency_code = queued.currency_code
            and exceptions.cause = queued.cause
)

select * from compared
where exception_count <> queued_count
