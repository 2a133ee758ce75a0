-- grain: one row per alert_rule, leg, entity_id, currency_code
with

item_days as (
    select * from {{ ref('int_item_days') }}
),

all_items as (
    select * from {{ ref('int_items') }}
),

-- As of when it was known, so that a past day is judged as it was then.
items as (
    select
        all_items.leg,
        all_items.entity_id,
        all_items.currency_code,
        all_items.customer_id,
        all_items.account_role,
        all_items.processor_name,
        greatest(all_items.item_date, item_days.known_date) as first_known_date
    from all_items
    inner join item_days
        on all_items.item_id = item_days.item_id
),

first_days as (
    select
        'concentration_client' as alert_rule,
        leg,
        entity_id,
        currency_code,
        customer_id as subject,
        min(first_known_date) as first_date
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
        min(first_known_date) as first_date
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
        min(first_known_date) as first_date
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
