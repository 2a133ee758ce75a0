-- grain: one row per entity_id, source_name, vendor_name, count_date
with

quantity_rows as (
    select * from {{ ref('int_quantity_rows') }}
    where kind = 'vendor_count'
),

carrying_rules as (
    select * from {{ ref('vendor_count_carrying') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

day_numbers as (
    {{ dbt.generate_series(367) }}
),

-- What a vendor does not list on a day on which it lists anything is not there any more. Only a day
-- without any list at all says nothing.
days_with_list as (
    select
        entity_id,
        source_name,
        vendor_name,
        quantity_date
    from quantity_rows
    group by
        entity_id,
        source_name,
        vendor_name,
        quantity_date
),

followed as (
    select
        days_with_list.*,
        entities.as_of_date,
        coalesce(own_rules.carry_days, common_rules.carry_days, 0) as carry_days,
        lead(days_with_list.quantity_date) over (
            partition by
                days_with_list.entity_id, days_with_list.source_name, days_with_list.vendor_name
            order by days_with_list.quantity_date
        ) as next_quantity_date
    from days_with_list
    inner join entities
        on days_with_list.entity_id = entities.entity_id
    left join carrying_rules as own_rules
        on lower(days_with_list.vendor_name) = lower(own_rules.vendor_name)
    left join carrying_rules as common_rules
        on common_rules.vendor_name is null
),

carried as (
    select
        followed.*,
        day_numbers.generated_number - 1 as days_carried,
        cast({{ dbt.dateadd(
            'day', 'cast(day_numbers.generated_number as int) - 1', 'followed.quantity_date'
        ) }} as date) as count_date
    from followed
    inner join day_numbers
        on day_numbers.generated_number - 1 <= followed.carry_days
),

vendor_count_days as (
    select
        entity_id,
        source_name,
        vendor_name,
        count_date,
        quantity_date as listed_date,
        (days_carried > 0) as is_carried
    from carried
    where
        count_date <= as_of_date
        and (next_quantity_date is null or count_date < next_quantity_date)
)

select * from vendor_count_days
