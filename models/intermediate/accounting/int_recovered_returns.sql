-- grain: one row per event_type, return_id
with

returned_payments as (
    select * from {{ ref('int_returned_payments') }}
),

charges as (
    select * from {{ ref('int_charges_beside_receivables') }}
    where event_type = 'payment_recovered'
),

payments as (
    select * from {{ ref('int_payments_valued') }}
),

write_offs as (
    select * from {{ ref('int_reductions') }}
    where
        scenario = 'in_force'
        and event_type = 'invoice_uncollectible'
),

settlements as (
    select * from {{ ref('int_settlements') }}
),

-- Money whose movement has not landed is taken at the value at which it had come.
valued as (
    select
        returned_payments.event_type,
        returned_payments.return_id,
        returned_payments.entity_id,
        returned_payments.source_name,
        returned_payments.source_table,
        returned_payments.source_record_id,
        returned_payments.customer_id,
        returned_payments.invoice_id,
        returned_payments.currency_code,
        returned_payments.amount_minor,
        returned_payments.event_date,
        returned_payments.policy_date,
        returned_payments.recorded_at,
        charges.payment_id,
        payments.amount_minor as paid_amount_minor,
        payments.functional_currency_code,
        coalesce(write_offs.split = 'contra_in_period', false) as is_gross_loss,
        settlements.payout_id,
        coalesce(-settlements.functional_amount_minor, {{ convert_money(
            'returned_payments.amount_minor',
            'abs(payments.functional_amount_minor)',
            'payments.amount_minor'
        ) }}) as functional_amount_minor,
        cast(sum(returned_payments.amount_minor) over (
            partition by charges.payment_id
            order by
                returned_payments.recorded_at asc, returned_payments.return_id asc,
                returned_payments.event_type desc
            rows between unbounded preceding and current row
        ) as bigint) as returned_to_date_minor
    from returned_payments
    inner join charges
        on
            returned_payments.entity_id = charges.entity_id
            and returned_payments.charge_reference = charges.charge_reference
    inner join payments
        on charges.payment_id = payments.payment_id
    left join write_offs
        on payments.invoice_id = write_offs.invoice_id
    left join settlements
        on
            returned_payments.entity_id = settlements.entity_id
            and returned_payments.source_record_id = settlements.object_reference
            and returned_payments.settlement_kind = settlements.kind
),

-- No more of a recovery goes back than there was.
recovered_returns as (
    select
        event_type,
        return_id,
        entity_id,
        source_name,
        source_table,
        source_record_id,
        customer_id,
        invoice_id,
        currency_code,
        functional_currency_code,
        payment_id,
        payout_id,
        is_gross_loss,
        paid_amount_minor,
        amount_minor,
        functional_amount_minor,
        greatest(0, least(paid_amount_minor, returned_to_date_minor)) as returned_minor,
        greatest(0, least(paid_amount_minor, returned_to_date_minor - amount_minor))
            as returned_before_minor,
        event_date,
        policy_date,
        recorded_at
    from valued
)

select * from recovered_returns
