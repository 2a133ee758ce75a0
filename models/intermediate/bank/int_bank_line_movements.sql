-- grain: one row per bank_line_id
with

bank_lines as (
    select * from {{ ref('int_bank_lines') }}
),

bank_line_classes as (
    select * from {{ ref('int_bank_line_classes') }}
),

recorded_items as (
    select * from {{ ref('int_recorded_bank_items') }}
),

expected_items as (
    select * from {{ ref('int_expected_bank_items') }}
),

matches as (
    select * from {{ ref('int_matches') }}
),

-- What a line was linked to says what it is, whatever it says itself.
events_of_matches as (
    select
        matches.match_id,
        min(expected_items.event_type) as event_type
    from matches
    inner join expected_items
        on matches.item_id = expected_items.item_id
    group by matches.match_id
),

bank_line_movements as (
    select
        bank_lines.bank_line_id,
        recorded_items.item_id,
        matches.match_id,
        bank_lines.entity_id,
        coalesce(bank_lines.bank_account, 'not named') as bank_account,
        bank_lines.currency_code,
        bank_lines.posted_date,
        bank_lines.amount_minor,
        case
            when bank_line_classes.event_type = 'bank_fee' then 'bank_fee'
            when recorded_items.account_role = 'out_of_scope' then 'out_of_scope'
            when events_of_matches.event_type is not null then events_of_matches.event_type
            -- A deposit and its return that nobody expected are linked to each other.
            when matches.match_id is not null then 'payout_returned'
            else 'unexplained'
        end as movement
    from bank_lines
    inner join bank_line_classes
        on bank_lines.bank_line_id = bank_line_classes.bank_line_id
    left join recorded_items
        on bank_lines.bank_line_id = recorded_items.bank_line_id
    left join matches
        on recorded_items.item_id = matches.item_id
    left join events_of_matches
        on matches.match_id = events_of_matches.match_id
)

select * from bank_line_movements
