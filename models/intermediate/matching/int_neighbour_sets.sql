-- grain: one row per line_item_id, earlier_item_id, later_item_id
with

residue as (
    select * from {{ ref('int_residue_after_reference') }}
),

expected_items as (
    select * from {{ ref('int_expected_items') }}
),

matches_by_structure as (
    select * from {{ ref('int_matches_by_structure') }}
),

matching_rules as (
    select * from {{ ref('matching_rules') }}
    where rule = 'group_by_neighbours' and is_enabled
),

left_over as (
    select
        residue.*,
        expected_items.processor_name,
        matching_rules.date_window_days
    from residue
    inner join matching_rules
        on residue.leg = matching_rules.leg
    left join expected_items
        on residue.item_id = expected_items.item_id
    left join matches_by_structure as expected_matches
        on residue.item_id = expected_matches.expected_item_id
    left join matches_by_structure as recorded_matches
        on residue.item_id = recorded_matches.recorded_item_id
    where
        expected_matches.expected_item_id is null
        and recorded_matches.recorded_item_id is null
),

-- Two of a kind from one sender, a few days apart, that come to one line which names no document.
neighbour_sets as (
    select
        recorded.item_id as line_item_id,
        earlier.item_id as earlier_item_id,
        later.item_id as later_item_id
    from left_over as earlier
    inner join left_over as later
        on
            earlier.leg = later.leg
            and earlier.entity_id = later.entity_id
            and earlier.account_role = later.account_role
            and earlier.event_type = later.event_type
            and earlier.currency_code = later.currency_code
            and coalesce(earlier.processor_name, '') = coalesce(later.processor_name, '')
            and sign(earlier.amount_minor) = sign(later.amount_minor)
    inner join left_over as recorded
        on
            earlier.leg = recorded.leg
            and earlier.entity_id = recorded.entity_id
            and earlier.account_role = recorded.account_role
            and earlier.currency_code = recorded.currency_code
            and earlier.amount_minor + later.amount_minor = recorded.amount_minor
    where
        earlier.side = 'expected'
        and later.side = 'expected'
        and recorded.side = 'recorded'
        and not recorded.is_reference_known
        and (
            earlier.item_date < later.item_date
            or (earlier.item_date = later.item_date and earlier.item_id < later.item_id)
        )
        and {{ dbt.datediff('earlier.item_date', 'later.item_date', 'day') }}
        <= earlier.date_window_days
        and {{ dbt.datediff('earlier.item_date', 'recorded.item_date', 'day') }}
        between 0 and earlier.date_window_days
)

select * from neighbour_sets
