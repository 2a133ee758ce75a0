-- grain: one row per leg, entity_id, currency_code, subject, from_date
with

stragglers as (
    select * from {{ ref('int_stragglers') }}
),

unmatched_items as (
    select * from {{ ref('int_unmatched_items') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

ranked_items as (
    select
        *,
        row_number() over (
            partition by leg, entity_id, currency_code, document_key
            order by
                case when open_to_date is null then 0 else 1 end asc,
                abs(amount_minor) desc, open_from_date asc, item_id asc
        ) as item_rank
    from unmatched_items
),

waited as (
    select
        *,
        cast({{ dbt.dateadd('day', 'waiting_days', 'large_from_date') }} as date) as from_date
    from stragglers
),

breaches as (
    select
        waited.rule_id,
        waited.entity_id,
        waited.leg,
        waited.currency_code,
        waited.document_key as subject,
        waited.from_date,
        waited.large_to_date as to_date,
        cast(
            {{ major_units('waited.open_amount_minor', 'currencies.exponent') }} as numeric(24, 4)
        ) as measured_value,
        cast(waited.limit_amount as numeric(24, 4)) as threshold_value,
        'amount' as value_unit,
        waited.open_amount_minor as amount_minor,
        ranked_items.item_id,
        'Document ' || waited.document_key || ' ('
        || replace(coalesce(ranked_items.event_type, 'recorded entry'), '_', ' ')
        || ', ' || {{ money_text(
            'waited.open_amount_minor', 'currencies.exponent', 'waited.currency_code'
        ) }}
        || ') has no agreeing counterpart in the ' || waited.leg || ' leg since '
        || cast(waited.large_from_date as {{ dbt.type_string() }}) as explanation
    from waited
    inner join currencies
        on waited.currency_code = currencies.currency_code
    inner join ranked_items
        on
            waited.leg = ranked_items.leg
            and waited.entity_id = ranked_items.entity_id
            and waited.currency_code = ranked_items.currency_code
            and waited.document_key = ranked_items.document_key
            and ranked_items.item_rank = 1
    where waited.large_to_date is null or waited.from_date < waited.large_to_date
)

select * from breaches
