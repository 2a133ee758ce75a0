-- grain: one row per item_id
with

ledger_items as (
    select * from {{ ref('int_recorded_ledger_items') }}
),

processor_items as (
    select * from {{ ref('int_recorded_processor_items') }}
),

-- Both models have the same columns in the same order.
bank_and_usage_items as (
    select * from {{ ref('int_recorded_bank_items') }}
    union all
    select * from {{ ref('int_recorded_usage_items') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

factors as (
    select * from {{ ref('int_rate_factors') }}
),

items as (
    select
        item_id,
        'ledger' as leg,
        entity_id,
        account_role,
        document_reference,
        customer_id,
        unmapped_customer_reference,
        null as counterparty_reference,
        currency_code,
        amount_minor,
        item_date,
        recorded_at,
        source_name,
        source_table,
        source_record_id,
        is_manual,
        journal_id,
        journal_kind,
        source_document_id,
        quoted_text
    from ledger_items
    union all
    select
        item_id,
        'processor' as leg,
        entity_id,
        'processor_clearing' as account_role,
        document_reference,
        customer_id,
        null as unmapped_customer_reference,
        counterparty_reference,
        currency_code,
        amount_minor,
        item_date,
        recorded_at,
        source_name,
        source_table,
        source_record_id,
        false as is_manual,
        null as journal_id,
        journal_kind,
        null as source_document_id,
        document_reference as quoted_text
    from processor_items
    union all
    select
        item_id,
        leg,
        entity_id,
        account_role,
        document_reference,
        customer_id,
        null as unmapped_customer_reference,
        null as counterparty_reference,
        currency_code,
        amount_minor,
        item_date,
        recorded_at,
        source_name,
        source_table,
        source_record_id,
        false as is_manual,
        null as journal_id,
        case leg when 'usage' then 'invoice_line' else leg end as journal_kind,
        null as source_document_id,
        quoted_text
    from bank_and_usage_items
),

recorded_items as (
    select
        items.*,
        case
            when items.currency_code = entities.functional_currency_code then items.amount_minor
            else {{ convert_money('items.amount_minor', 'factors.multiplier', 'factors.divisor') }}
        end as functional_amount_minor,
        items.item_date <= entities.as_of_date
        and items.account_role <> 'out_of_scope' and items.amount_minor <> 0 as is_matchable
    from items
    inner join entities
        on items.entity_id = entities.entity_id
    left join factors
        on
            items.currency_code = factors.from_currency_code
            and entities.functional_currency_code = factors.to_currency_code
            and items.item_date = factors.rate_date
)

select * from recorded_items
