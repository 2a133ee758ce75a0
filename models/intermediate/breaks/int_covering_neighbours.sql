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

break_searches as (
    select * from {{ ref('break_searches') }}
    where search = 'covering_set' and is_enabled
),

day_offsets as (
    {{ dbt.generate_series(3) }}
),

-- A set lies opposite a line that nothing answers; each of its members is smaller than the line.
neighbours as (
    select
        open_lines.item_id as line_item_id,
        members.item_id as member_item_id,
        open_lines.leg,
        open_lines.entity_id,
        open_lines.side as line_side,
        open_lines.currency_code,
        open_lines.amount_minor as line_amount_minor,
        members.amount_minor as member_amount_minor,
        open_lines.item_date as line_date,
        members.item_date as member_date,
        members.customer_id as member_customer_id,
        open_lines.date_window_days,
        open_lines.counts_business_days,
        coalesce(open_lines.event_type, members.event_type) as event_type,
        abs({{ dbt.datediff('open_lines.item_date', 'members.item_date', 'day') }}) as date_distance
    from covering_items as open_lines
    cross join day_offsets
    inner join covering_items as members
        on
            open_lines.leg = members.leg
            and open_lines.entity_id = members.entity_id
            and open_lines.account_role = members.account_role
            and open_lines.currency_code = members.currency_code
            and open_lines.direction = members.direction
            and open_lines.stretch + day_offsets.generated_number - 2 = members.stretch
    where
        open_lines.status in ('expected_only', 'recorded_only')
        and open_lines.side <> members.side
        and abs(members.amount_minor) < abs(open_lines.amount_minor)
        and coalesce(open_lines.customer_id = members.customer_id, true)
),

near_neighbours as (
    select
        neighbours.*,
        count(*) over (partition by neighbours.line_item_id) as neighbour_count
    from neighbours
    left join lags
        on
            neighbours.leg = lags.leg
            and neighbours.event_type = lags.event_type
            and neighbours.currency_code = lags.currency_code
    left join business_days as line_days
        on
            lags.calendar_name = line_days.calendar_name
            and neighbours.line_date = line_days.calendar_date
    left join business_days as member_days
        on
            lags.calendar_name = member_days.calendar_name
            and neighbours.member_date = member_days.calendar_date
    where
        case
            when neighbours.counts_business_days
                then abs(line_days.business_day_number - member_days.business_day_number)
            else neighbours.date_distance
        end <= neighbours.date_window_days
),

covering_neighbours as (
    select
        near_neighbours.*,
        break_searches.largest_block,
        near_neighbours.neighbour_count <= break_searches.largest_block as is_searched
    from near_neighbours
    cross join break_searches
)

select * from covering_neighbours
