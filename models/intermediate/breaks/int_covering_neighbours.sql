-- grain: one row per line_item_id, member_item_id
with

covering_items as (
    select * from {{ ref('int_covering_items') }}
),

lags as (
    select * from {{ ref('int_settlement_lags_by_kind') }}
),

business_days as (
    select * from {{ ref('int_business_days') }}
),

ways as (
    {{ dbt.generate_series(6) }}
),

-- A line looks into three stretches of days for its own customer's and nobody's, else for anybody's.
seeking_lines as (
    select
        covering_items.*,
        covering_items.stretch + ways.generated_number % 3 - 1 as sought_stretch,
        case
            when covering_items.customer_id is null then 'of anybody'
            when ways.generated_number > 3 then 'of nobody'
            else covering_items.customer_id
        end as sought_customer
    from covering_items
    inner join ways
        on ways.generated_number <= 3 or covering_items.customer_id is not null
    where covering_items.status in ('expected_only', 'recorded_only')
),

members as (
    select
        covering_items.*,
        coalesce(covering_items.customer_id, 'of nobody') as found_as
    from covering_items
    union all
    select
        covering_items.*,
        'of anybody' as found_as
    from covering_items
),

-- A set lies opposite a line that nothing answers; each of its members is smaller than the line.
neighbours as (
    select
        seeking_lines.item_id as line_item_id,
        members.item_id as member_item_id,
        seeking_lines.leg,
        seeking_lines.entity_id,
        seeking_lines.currency_code,
        seeking_lines.amount_minor as line_amount_minor,
        members.amount_minor as member_amount_minor,
        seeking_lines.item_date as line_date,
        members.item_date as member_date,
        members.customer_id as member_customer_id,
        seeking_lines.date_window_days,
        seeking_lines.largest_block,
        seeking_lines.counts_business_days,
        coalesce(seeking_lines.event_type, members.event_type) as event_type,
        coalesce(seeking_lines.processor_name, members.processor_name) as processor_name,
        abs({{ dbt.datediff(
            'seeking_lines.item_date', 'members.item_date', 'day'
        ) }}) as date_distance
    from seeking_lines
    inner join members
        on
            seeking_lines.leg = members.leg
            and seeking_lines.entity_id = members.entity_id
            and seeking_lines.account_role = members.account_role
            and seeking_lines.currency_code = members.currency_code
            and seeking_lines.direction = members.direction
            and seeking_lines.sought_stretch = members.stretch
            and seeking_lines.sought_customer = members.found_as
    where
        seeking_lines.side <> members.side
        and abs(members.amount_minor) < abs(seeking_lines.amount_minor)
),

covering_neighbours as (
    select
        neighbours.line_item_id,
        neighbours.member_item_id,
        neighbours.leg,
        neighbours.entity_id,
        neighbours.currency_code,
        neighbours.line_amount_minor,
        neighbours.member_amount_minor,
        neighbours.line_date,
        neighbours.member_customer_id,
        count(*) over (partition by neighbours.line_item_id) as neighbour_count,
        count(*) over (partition by neighbours.line_item_id) <= neighbours.largest_block
            as is_searched
    from neighbours
    left join lags
        on
            neighbours.leg = lags.leg
            and neighbours.event_type = lags.event_type
            and coalesce(neighbours.processor_name, '') = coalesce(lags.processor_name, '')
            and neighbours.currency_code = lags.currency_code
    left join business_days as line_days
        on
            lags.calendar_name = line_days.calendar_name
            and neighbours.line_date = line_days.calendar_date
    left join business_days as member_days
        on
            lags.calendar_name = member_days.calendar_name
            and neighbours.member_date = member_days.calendar_date
    where neighbours.date_window_days >= case
            when neighbours.counts_business_days
                then abs(line_days.business_day_number - member_days.business_day_number)
            else neighbours.date_distance
        end
)

select * from covering_neighbours
