-- grain: one row per relation_key, object_reference
with

charges as (
    select * from {{ ref('stg_stripe__charges') }}
    where version_number = 1 and source_record_id is not null
),

refunds as (
    select * from {{ ref('stg_stripe__refunds_typed') }}
    where version_number = 1 and source_record_id is not null
),

disputes as (
    select * from {{ ref('stg_stripe__disputes_typed') }}
    where version_number = 1 and source_record_id is not null
),

-- What a balance transaction can be about, in the customer's currency.
objects as (
    select
        coalesce(source_relation, '') as relation_key,
        source_record_id as object_reference,
        source_record_id as charge_reference,
        currency_code,
        amount_minor,
        amount_minor - captured_amount_minor as uncaptured_amount_minor
    from charges
    union all
    select
        coalesce(source_relation, '') as relation_key,
        source_record_id as object_reference,
        charge_reference,
        currency_code,
        amount_minor,
        0 as uncaptured_amount_minor
    from refunds
    union all
    select
        coalesce(source_relation, '') as relation_key,
        source_record_id as object_reference,
        charge_reference,
        currency_code,
        amount_minor,
        0 as uncaptured_amount_minor
    from disputes
),

processor_objects as (
    select
        objects.relation_key,
        objects.object_reference,
        objects.charge_reference,
        coalesce(objects.currency_code, charges.currency_code) as currency_code,
        objects.amount_minor,
        objects.uncaptured_amount_minor,
        charges.customer_id,
        charges.is_live
    from objects
    left join charges
        on
            objects.charge_reference = charges.source_record_id
            and objects.relation_key = coalesce(charges.source_relation, '')
)

select * from processor_objects
