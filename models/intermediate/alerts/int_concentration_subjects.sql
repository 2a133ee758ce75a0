-- grain: one row per alert_rule, leg, entity_id, currency_code
with

items as (
    select
        leg,
        entity_id,
        currency_code,
        customer_id,
        account_role,
        processor_name,
        item_date
    from {{ ref('int_items') }}
),

first_days as (
    select
        'concentration_client' as alert_rule,
        leg,
        entity_id,
        currency_code,
        customer_id as subject,
        min(item_date) as first_date
    from items
    where customer_id is not null
    group by
        leg,
        entity_id,
        currency_code,
        customer_id
    union all
    select
        'concentration_account_role' as alert_rule,
        leg,
        entity_id,
        currency_code,
        account_role as subject,
        min(item_date) as first_date
    from items
    where account_role is not null
    group by
        leg,
        entity_id,
        currency_code,
        account_role
    union all
    select
        'concentration_processor' as alert_rule,
        leg,
        entity_id,
        currency_code,
        processor_name as subject,
        min(item_date) as first_date
    from items
    where processor_name is not null
    group by
        leg,
        entity_id,
        currency_code,
        processor_name
),

ranked as (
    select
        *,
        row_number() over (
            partition by alert_rule, leg, entity_id, currency_code
            order by first_date asc, subject asc
        ) as subject_rank
    from first_days
),

-- Where all there is belongs to one, its share says nothing; from the second on it does.
second_subjects as (
    select
        alert_rule,
        leg,
        entity_id,
        currency_code,
        first_date as judged_from_date
    from ranked
    where subject_rank = 2
)

select * from second_subjects
