-- grain: one row per leg, entity_id, currency_code, cause, age_bucket, change_date
with

open_item_spans as (
    select * from {{ ref('int_open_item_spans') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

changes as (
    select
        leg,
        entity_id,
        currency_code,
        cause,
        age_bucket,
        amount_minor,
        from_date as change_date,
        1 as open_change
    from open_item_spans
    union all
    select
        open_item_spans.leg,
        open_item_spans.entity_id,
        open_item_spans.currency_code,
        open_item_spans.cause,
        open_item_spans.age_bucket,
        open_item_spans.amount_minor,
        open_item_spans.until_date as change_date,
        -1 as open_change
    from open_item_spans
    inner join entities
        on open_item_spans.entity_id = entities.entity_id
    where open_item_spans.until_date <= entities.as_of_date
),

drift_cause_changes as (
    select
        leg,
        entity_id,
        currency_code,
        cause,
        age_bucket,
        change_date,
        cast(sum(open_change) as {{ dbt.type_bigint() }}) as open_count,
        cast(sum(open_change * abs(amount_minor)) as {{ dbt.type_bigint() }}) as open_gross_minor
    from changes
    group by
        leg,
        entity_id,
        currency_code,
        cause,
        age_bucket,
        change_date
)

select * from drift_cause_changes
