-- grain: one row per side, leg, entity_id, account_role, currency_code, rule, link_key, group_key
with

memberships as (
    select * from {{ ref('int_residue_memberships') }}
),

group_totals as (
    select
        side,
        leg,
        entity_id,
        account_role,
        currency_code,
        rule,
        link_key,
        group_key,
        cast(count(*) as {{ dbt.type_bigint() }}) as item_count,
        cast(sum(amount_minor) as {{ dbt.type_bigint() }}) as amount_minor,
        -- One direction: money that comes in and money that goes out do not make up for each other.
        min(sign(amount_minor)) = max(sign(amount_minor)) as is_one_direction,
        min(item_date) as first_date,
        max(item_date) as last_date,
        min(customer_id) as first_customer_id,
        max(customer_id) as last_customer_id
    from memberships
    group by
        side,
        leg,
        entity_id,
        account_role,
        currency_code,
        rule,
        link_key,
        group_key
    having sum(amount_minor) <> 0
)

select * from group_totals
