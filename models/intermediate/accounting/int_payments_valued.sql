-- grain: one row per payment_id
with

payments as (
    select * from {{ ref('int_payments') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

factors as (
    select * from {{ ref('int_conversion_factors') }}
),

settlements as (
    select * from {{ ref('int_settlements') }}
),

receivable_changes as (
    select * from {{ ref('int_receivable_changes') }}
),

write_offs as (
    select * from {{ ref('int_write_offs') }}
),

payments_applied as (
    select * from {{ ref('int_payments_applied') }}
),

-- Money of a charge is worth what the processor settled; money outside the processor is worth the
-- published rate of its day. For an invoice that is void, paid or not in the books a charge waits as
-- a credit of its customer, and money that only the invoice speaks of is not booked either.
payments_valued as (
    select
        payments.payment_id,
        payments.entity_id,
        payments.source_name,
        payments.source_table,
        payments.source_record_id,
        payments.customer_id,
        payments.invoice_id,
        payments.charge_reference,
        payments.currency_code,
        payments.amount_minor,
        case
            when receivable_changes.movement_id is not null
                then payments_applied.overpaid_amount_minor
            else 0
        end as overpaid_amount_minor,
        payments.paid_at,
        payments.paid_date,
        payments.recorded_at,
        entities.functional_currency_code,
        settlements.payout_id,
        coalesce(settlements.functional_amount_minor, {{ convert_money(
            'payments.amount_minor', 'factors.multiplier', 'factors.divisor'
        ) }}) as functional_amount_minor,
        -receivable_changes.functional_amount_minor as receivable_functional_amount_minor,
        case
            when
                receivable_changes.movement_id is null
                and write_offs.event_type = 'invoice_uncollectible'
                then write_offs.written_off_date
            else payments.paid_date
        end as policy_date,
        case
            when receivable_changes.movement_id is not null and payments.is_out_of_band
                then 'payment_out_of_band'
            when receivable_changes.movement_id is not null then 'payment'
            when write_offs.event_type = 'invoice_uncollectible' and payments.is_out_of_band
                then 'payment_recovered_out_of_band'
            when write_offs.event_type = 'invoice_uncollectible' then 'payment_recovered'
            else 'payment_unapplied'
        end as event_type
    from payments
    inner join entities
        on payments.entity_id = entities.entity_id
    left join factors
        on
            payments.currency_code = factors.from_currency_code
            and entities.functional_currency_code = factors.to_currency_code
            and payments.paid_date = factors.rate_date
    left join settlements
        on
            payments.entity_id = settlements.entity_id
            and payments.charge_reference = settlements.object_reference
            and settlements.kind = 'charge'
    left join receivable_changes
        on payments.payment_id = receivable_changes.movement_id
    left join payments_applied
        on payments.payment_id = payments_applied.payment_id
    left join write_offs
        on
            payments.invoice_id = write_offs.invoice_id
            and payments_applied.applied_amount_minor <> 0
            and (
                write_offs.voided_after_write_off_at is null
                or payments.paid_at <= write_offs.voided_after_write_off_at
            )
    where
        not payments.is_out_of_band
        or receivable_changes.movement_id is not null
        or write_offs.event_type = 'invoice_uncollectible'
)

select * from payments_valued
