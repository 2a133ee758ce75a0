-- grain: one row per entity_id, customer_id, meter_product_id, phase_number
with

turns as (
    select * from {{ ref('int_credit_timeline') }}
    where not is_usage
),

-- Between two turns nothing is bought and nothing expires. With h the credits gone by, in the order
-- they were bought, a phase ends at h = least(bought, greatest(expired, h before) + used): neither
-- can usage take what is not bought yet, nor can what expired be used later. Less all usage so far,
-- that is least(ceiling, greatest(floor, the same before)).
limits as (
    select
        *,
        expired_to_millionths - used_before_millionths as floor_millionths,
        bought_to_date_millionths - lead(used_before_millionths) over (
            partition by entity_id, customer_id, meter_product_id order by phase_number
        ) as ceiling_millionths
    from turns
),

-- Unrolled, a phase ends at the lowest, over all phases up to it, of the greater of their ceiling
-- and the highest floor after them; before the first phase there is no ceiling.
pairs as (
    select
        limits.entity_id,
        limits.customer_id,
        limits.meter_product_id,
        limits.phase_number,
        earlier.ceiling_millionths,
        earlier.floor_millionths,
        max(earlier.floor_millionths) over (
            partition by
                limits.entity_id, limits.customer_id, limits.meter_product_id, limits.phase_number
            order by earlier.phase_number desc
            rows between unbounded preceding and 1 preceding
        ) as later_floor_millionths
    from limits
    inner join limits as earlier
        on
            limits.entity_id = earlier.entity_id
            and limits.customer_id = earlier.customer_id
            and limits.meter_product_id = earlier.meter_product_id
            and limits.phase_number >= earlier.phase_number
    where limits.ceiling_millionths is not null
),

phase_ends as (
    select
        entity_id,
        customer_id,
        meter_product_id,
        phase_number,
        least(
            max(floor_millionths),
            min(greatest(ceiling_millionths, coalesce(later_floor_millionths, ceiling_millionths)))
        ) as end_millionths
    from pairs
    group by
        entity_id,
        customer_id,
        meter_product_id,
        phase_number
),

credit_phases as (
    select
        limits.entity_id,
        limits.customer_id,
        limits.meter_product_id,
        limits.phase_number,
        limits.bought_to_date_millionths,
        limits.used_before_millionths,
        greatest(
            limits.expired_to_millionths,
            coalesce(phase_ends.end_millionths + limits.used_before_millionths, 0)
        ) as gone_before_millionths
    from limits
    left join phase_ends
        on
            limits.entity_id = phase_ends.entity_id
            and limits.customer_id = phase_ends.customer_id
            and limits.meter_product_id = phase_ends.meter_product_id
            and limits.phase_number = phase_ends.phase_number + 1
)

select * from credit_phases
