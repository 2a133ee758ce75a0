-- grain: one row per role_name, source_name
with

source_roles as (
    {{ source_roles() }}
)

select * from source_roles
