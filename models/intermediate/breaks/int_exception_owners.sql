-- grain: one row per exception_id
with

exceptions as (
    select * from {{ ref('int_exceptions') }}
),

exception_owners as (
    select * from {{ ref('exception_owners') }}
),

-- Of the rows that fit, read from left to right, the one that names more wins; of two minimum
-- amounts the larger. An amount without a rate into the functional currency must not look small.
fitting as (
    select
        exceptions.exception_id,
        exception_owners.owner_team,
        row_number() over (
            partition by exceptions.exception_id
            order by
                case when exception_owners.customer_id is null then 1 else 0 end asc,
                case when exception_owners.entity_id is null then 1 else 0 end asc,
                exception_owners.minimum_amount desc,
                case when exception_owners.cause is null then 1 else 0 end asc,
                case when exception_owners.leg is null then 1 else 0 end asc,
                case when exception_owners.currency_code is null then 1 else 0 end asc,
                exception_owners.owner_team asc
        ) as owner_rank
    from exceptions
    inner join exception_owners
        on
            (
                exception_owners.customer_id is null
                or exceptions.customer_id = exception_owners.customer_id
            )
            and coalesce(exception_owners.entity_id, exceptions.entity_id) = exceptions.entity_id
            and coalesce(exception_owners.cause, exceptions.cause) = exceptions.cause
            and coalesce(exception_owners.leg, exceptions.leg) = exceptions.leg
            and coalesce(exception_owners.currency_code, exceptions.currency_code)
            = exceptions.currency_code
            and (
                exceptions.functional_open_amount_minor is null
                or exceptions.functional_open_amount_minor
                >= exception_owners.minimum_amount
                * {{ power_of_ten('exceptions.functional_exponent') }}
            )
),

owners as (
    select
        exception_id,
        owner_team
    from fitting
    where owner_rank = 1
)

select * from owners
