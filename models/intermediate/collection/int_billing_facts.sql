-- grain: one row per movement_id
with

movements as (
    select * from {{ ref('int_billing_to_processor') }}
),

invoice_collections as (
    select * from {{ ref('int_invoice_collections') }}
),

duplicate_charges as (
    select * from {{ ref('int_duplicate_charges') }}
),

recorded_items as (
    select * from {{ ref('int_recorded_items') }}
    where leg = 'bank'
),

entities as (
    select * from {{ ref('int_entities') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

bank_money as (
    select
        entity_id,
        document_reference,
        currency_code,
        sum(amount_minor) as bank_amount_minor
    from recorded_items
    where document_reference is not null
    group by
        entity_id,
        document_reference,
        currency_code
),

duplicated_invoices as (
    select
        invoice_id,
        min(charge_reference) as duplicate_reference
    from duplicate_charges
    group by invoice_id
),

billing_facts as (
    select
        movements.*,
        invoice_collections.invoice_reference,
        invoice_collections.invoice_number,
        invoice_collections.invoice_status,
        invoice_collections.currency_code as invoice_currency_code,
        invoice_collections.paid_at as invoice_paid_at,
        invoice_collections.due_amount_minor,
        invoice_collections.collected_amount_minor,
        invoice_collections.attempt_count,
        invoice_collections.note_count,
        duplicate_charges.earlier_reference,
        case when movements.processor_name = 'none' then duplicated_invoices.duplicate_reference end
            as duplicate_reference,
        movements.processor_name = 'none' as is_outside,
        {{ plays_role('movements.processor_name', 'billing_sources') }} as is_known_to_billing,
        coalesce(bank_money.bank_amount_minor, 0) as bank_amount_minor,
        {{ dbt.datediff('movements.movement_date', 'entities.as_of_date', 'day') }} as age_days,
        -- What the processor's own rate makes of what billing says; null where nothing was converted.
        case
            when
                movements.presentment_currency_code <> movements.settlement_currency_code
                and movements.exchange_rate > 0
                then {{ round_ratio(
                    'coalesce(movements.billing_amount_minor, movements.presentment_amount_minor)',
                    wide_integer('movements.exchange_rate * 100000000')
                    ~ ' * ' ~ power_of_ten('settlement_currencies.exponent'),
                    wide_integer('100000000')
                    ~ ' * ' ~ power_of_ten('presentment_currencies.exponent')
                ) }}
        end as converted_amount_minor
    from movements
    inner join entities
        on movements.entity_id = entities.entity_id
    left join invoice_collections
        on movements.invoice_id = invoice_collections.invoice_id
    left join duplicate_charges
        on
            movements.event_type = 'payment'
            and movements.entity_id = duplicate_charges.entity_id
            and movements.processor_name = duplicate_charges.processor_name
            and movements.document_reference = duplicate_charges.charge_reference
    left join duplicated_invoices
        on movements.invoice_id = duplicated_invoices.invoice_id
    left join bank_money
        on
            movements.processor_name = 'none'
            and movements.entity_id = bank_money.entity_id
            and movements.document_reference = bank_money.document_reference
            and movements.billing_currency_code = bank_money.currency_code
    left join currencies as presentment_currencies
        on movements.presentment_currency_code = presentment_currencies.currency_code
    left join currencies as settlement_currencies
        on movements.settlement_currency_code = settlement_currencies.currency_code
)

select * from billing_facts
