-- grain: one row per opening_id
with

opening_rows as (
    select * from {{ ref('opening_balances') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

customers as (
    select
        entity_id,
        source_record_id,
        min(customer_id) as customer_id
    from {{ ref('int_customers') }}
    group by
        entity_id,
        source_record_id
),

owned as (
    select
        *,
        coalesce(nullif(trim(entity_id), ''), 'main') as owner_id
    from opening_rows
),

typed as (
    select
        'opening:' || owned.owner_id || ':' || owned.account_role || ':' || owned.document_reference
        || ':' || owned.currency_code || ':'
        || cast(owned.balance_date as {{ dbt.type_string() }}) as opening_id,
        owned.owner_id as entity_id,
        owned.account_role,
        owned.document_reference,
        owned.customer_id,
        owned.currency_code,
        entities.functional_currency_code,
        owned.balance_date,
        cast(owned.balance_date as {{ dbt.type_timestamp() }}) as balance_at,
        {{ minor_units('owned.amount', 'currencies.exponent') }} as amount_minor,
        case
            when owned.currency_code = entities.functional_currency_code
                then {{ minor_units('owned.amount', 'currencies.exponent') }}
            else {{ minor_units('owned.functional_amount', 'entities.functional_exponent') }}
        end as functional_amount_minor,
        coalesce(owned.due_date, owned.balance_date) as due_date,
        owned.service_start_date,
        owned.service_end_date,
        nullif(trim(owned.settled_by_reference), '') as settled_by_reference,
        owned.legacy_source,
        entities.as_of_date
    from owned
    inner join entities
        on owned.owner_id = entities.entity_id
    inner join currencies
        on owned.currency_code = currencies.currency_code
),

-- The seed speaks of customers as billing does; a customer that has not landed keeps that name.
opening_balances as (
    select
        typed.opening_id,
        typed.entity_id,
        typed.account_role,
        typed.document_reference,
        coalesce(customers.customer_id, nullif(trim(typed.customer_id), '')) as customer_id,
        typed.currency_code,
        typed.functional_currency_code,
        typed.balance_date,
        typed.balance_at,
        typed.amount_minor,
        typed.functional_amount_minor,
        typed.due_date,
        typed.service_start_date,
        typed.service_end_date,
        typed.settled_by_reference,
        typed.legacy_source,
        typed.as_of_date
    from typed
    left join customers
        on
            typed.entity_id = customers.entity_id
            and typed.customer_id = customers.source_record_id
)

select * from opening_balances
