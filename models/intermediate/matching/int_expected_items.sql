-- grain: one row per item_id
with

ledger_items as (
    select * from {{ ref('int_expected_ledger_items') }}
),

money_items as (
    select * from {{ ref('int_expected_money_items') }}
),

usage_items as (
    select * from {{ ref('int_expected_usage_items') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

factors as (
    select * from {{ ref('int_rate_factors') }}
),

-- What goes from hand to hand is right when its amount is; what was used can be contradicted by its
-- quantity as well.
other_items as (
    select
        *,
        false as is_contradicted
    from money_items
    union all
    select * from usage_items
),

items as (
    select
        item_id,
        'ledger' as leg,
        entity_id,
        account_role,
        event_type,
        null as processor_name,
        document_reference,
        customer_id,
        counterparty_reference,
        invoice_id,
        currency_code,
        amount_minor,
        transaction_currency_code,
        transaction_amount_minor,
        part_count,
        false as is_contradicted,
        item_date,
        recorded_at,
        source_name,
        source_table,
        source_record_id
    from ledger_items
    union all
    select
        item_id,
        leg,
        entity_id,
        account_role,
        event_type,
        processor_name,
        document_reference,
        customer_id,
        counterparty_reference,
        invoice_id,
        currency_code,
        amount_minor,
        currency_code as transaction_currency_code,
        amount_minor as transaction_amount_minor,
        1 as part_count,
        is_contradicted,
        item_date,
        recorded_at,
        source_name,
        source_table,
        source_record_id
    from other_items
    where amount_minor <> 0
),

expected_items as (
    select
        items.*,
        case
            when items.currency_code = entities.functional_currency_code then items.amount_minor
            else {{ convert_money('items.amount_minor', 'factors.multiplier', 'factors.divisor') }}
        end as functional_amount_minor,
        items.item_date <= entities.as_of_date as is_matchable
    from items
    inner join entities
        on items.entity_id = entities.entity_id
    left join factors
        on
            items.currency_code = factors.from_currency_code
            and entities.functional_currency_code = factors.to_currency_code
            and items.item_date = factors.rate_date
)

select * from expected_items
