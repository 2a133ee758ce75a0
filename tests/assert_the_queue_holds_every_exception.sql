-- Invariant: every exception stands behind exactly one row of the queue finance works (L19).
-- Grain: leg.
-- A row: a leg whose queue counts more or fewer exceptions than there are, with both counts.
-- Then: look for exceptions whose item is not in int_break_items.
with

exceptions as (
    select
        leg,
        count(*) as exception_count
    from {{ ref('fct_exceptions') }}
    group by leg
),

queued as (
    select
        leg,
        sum(exception_count) as queued_count
    from {{ ref('rpt_exception_queue') }}
    group by leg
),

compared as (
    select
        coalesce(exceptions.leg, queued.leg) as leg,
        coalesce(exceptions.exception_count, 0) as exception_count,
        coalesce(queued.queued_count, 0) as queued_count
    from exceptions
    full outer join queued
        on exceptions.leg = queued.leg
)

select * from compared
where exception_count <> queued_count
