-- grain: one row per item_id, rule, group_key
with

residue as (
    select * from {{ ref('int_residue_after_reference') }}
),

matches_by_structure as (
    select * from {{ ref('int_matches_by_structure') }}
),

neighbour_memberships as (
    select * from {{ ref('int_neighbour_memberships') }}
),

items as (
    select
        residue.*,
        cast(residue.item_date as {{ dbt.type_string() }}) as day_text,
        substring(cast(residue.item_date as {{ dbt.type_string() }}), 1, 7) as month_text
    from residue
    left join matches_by_structure as expected_matches
        on residue.item_id = expected_matches.expected_item_id
    left join matches_by_structure as recorded_matches
        on residue.item_id = recorded_matches.recorded_item_id
    where
        expected_matches.expected_item_id is null
        and recorded_matches.recorded_item_id is null
),

-- The groups an item may be part of. Groups of the two sides meet when their link_key is the same.
memberships as (
    select
        items.*,
        'group_by_reference' as rule,
        items.document_reference as link_key,
        items.document_reference as group_key
    from items
    where items.document_reference is not null
    union all
    select
        items.*,
        'group_by_reference' as rule,
        items.document_reference as link_key,
        items.document_reference
        || '|'
        || coalesce(items.event_type, items.block_reference)
        || '|'
        || items.day_text
            as group_key
    from items
    where items.document_reference is not null
    union all
    select
        items.*,
        'group_by_payout' as rule,
        coalesce(items.counterparty_reference, items.document_reference) as link_key,
        coalesce(items.counterparty_reference, items.document_reference)
        || '|'
        || coalesce(items.event_type, '')
            as group_key
    from items
    where
        items.counterparty_reference is not null
        or (items.side = 'recorded' and items.document_reference is not null)
    union all
    select
        items.*,
        'group_by_day' as rule,
        items.day_text as link_key,
        case items.side
            when 'expected' then items.event_type || '|' || items.day_text else items.item_id
        end as group_key
    from items
    where items.side = 'expected' or items.document_reference is null
    union all
    select
        items.*,
        'group_by_month' as rule,
        items.month_text as link_key,
        case items.side
            when 'expected' then items.event_type || '|' || items.month_text else items.item_id
        end as group_key
    from items
    where items.side = 'expected' or items.document_reference is null
),

residue_memberships as (
    select
        item_id,
        side,
        leg,
        entity_id,
        account_role,
        currency_code,
        customer_id,
        amount_minor,
        item_date,
        rule,
        link_key,
        group_key
    from memberships
    union all
    select
        item_id,
        side,
        leg,
        entity_id,
        account_role,
        currency_code,
        customer_id,
        amount_minor,
        item_date,
        rule,
        link_key,
        group_key
    from neighbour_memberships
)

select * from residue_memberships
