-- grain: one row per movement_id, step
with

line_movements as (
    select * from {{ ref('int_bank_line_movements') }}
),

expectations as (
    select * from {{ ref('int_bank_expectations') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

-- What the statement says beside what is expected there: a fee, and what is out of scope, is expected
-- because it is there.
sides as (
    select
        'line:' || bank_line_id as movement_id,
        match_id,
        entity_id,
        bank_account,
        currency_code,
        posted_date as moved_date,
        movement,
        amount_minor,
        case when movement in ('bank_fee', 'out_of_scope') then amount_minor else 0 end
            as expected_amount_minor,
        'unexplained' as reason
    from line_movements
    union all
    select
        'item:' || item_id as movement_id,
        match_id,
        entity_id,
        bank_account,
        currency_code,
        item_date as moved_date,
        'expected' as movement,
        0 as amount_minor,
        amount_minor as expected_amount_minor,
        case when status = 'expected_only' then 'missing' else 'in_transit' end as reason
    from expectations
),

known_sides as (
    select
        sides.*,
        max(case when sides.match_id is not null then sides.moved_date end) over (
            partition by coalesce(sides.match_id, sides.movement_id)
        ) as settled_date,
        entities.as_of_date
    from sides
    inner join entities
        on sides.entity_id = entities.entity_id
),

-- A link is in transit until its last item is there; what is left then is a difference in amount.
steps as (
    select
        movement_id,
        'moved' as step,
        entity_id,
        bank_account,
        currency_code,
        moved_date as step_date,
        movement,
        amount_minor,
        expected_amount_minor,
        amount_minor - expected_amount_minor as open_amount_minor,
        case
            when match_id is null then reason
            when settled_date > moved_date then 'in_transit'
            else 'amount_differs'
        end as reason,
        as_of_date
    from known_sides
    union all
    select
        movement_id,
        'leaves_transit' as step,
        entity_id,
        bank_account,
        currency_code,
        settled_date as step_date,
        'settled' as movement,
        0 as amount_minor,
        0 as expected_amount_minor,
        expected_amount_minor - amount_minor as open_amount_minor,
        'in_transit' as reason,
        as_of_date
    from known_sides
    where settled_date > moved_date
    union all
    select
        movement_id,
        'settled' as step,
        entity_id,
        bank_account,
        currency_code,
        settled_date as step_date,
        'settled' as movement,
        0 as amount_minor,
        0 as expected_amount_minor,
        amount_minor - expected_amount_minor as open_amount_minor,
        'amount_differs' as reason,
        as_of_date
    from known_sides
    where settled_date > moved_date
),

bank_movements as (
    select * from steps
    where step_date <= as_of_date
)

select * from bank_movements
