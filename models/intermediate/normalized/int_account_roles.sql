-- grain: one row per entity_key, source_name, account_code, effective_from
with

account_roles as (
    select * from {{ ref('account_roles') }}
),

-- An empty entity_key holds for every entity that has no row of its own. A role holds until the
-- account's next row takes over.
roles_in_effect as (
    select
        coalesce(trim(entity_id), '') as entity_key,
        source_name,
        trim(account_code) as account_code,
        account_role,
        nullif(trim(processor_name), '') as processor_name,
        coalesce(effective_from, cast('1970-01-01' as date)) as effective_from,
        lead(coalesce(effective_from, cast('1970-01-01' as date))) over (
            partition by coalesce(trim(entity_id), ''), source_name, trim(account_code)
            order by coalesce(effective_from, cast('1970-01-01' as date)), account_role
        ) as effective_until
    from account_roles
)

select * from roles_in_effect
