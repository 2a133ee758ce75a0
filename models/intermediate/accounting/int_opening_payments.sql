-- grain: one row per opening_id
with

receivables as (
    select * from {{ ref('int_opening_balances') }}
    where
        account_role = 'accounts_receivable'
        and settled_by_reference is not null
        and amount_minor > 0
        and functional_amount_minor is not null
),

payments as (
    select * from {{ ref('int_payments_valued') }}
    where event_type = 'payment_unapplied' and functional_amount_minor is not null
),

-- One charge may pay several receivables: it pays them in their order, as far as it goes.
paired as (
    select
        receivables.opening_id,
        receivables.entity_id,
        receivables.currency_code,
        receivables.functional_currency_code,
        receivables.amount_minor,
        receivables.functional_amount_minor,
        payments.source_name,
        payments.source_table,
        payments.source_record_id,
        payments.customer_id,
        payments.payout_id,
        payments.paid_date,
        payments.recorded_at,
        payments.amount_minor as money_minor,
        payments.functional_amount_minor as money_functional_minor,
        cast(sum(receivables.amount_minor) over (
            partition by payments.payment_id
            order by receivables.balance_date, receivables.opening_id
            rows between unbounded preceding and current row
        ) as bigint) as asked_to_here_minor
    from receivables
    inner join payments
        on
            receivables.entity_id = payments.entity_id
            and receivables.settled_by_reference = payments.source_record_id
            and receivables.currency_code = payments.currency_code
            and receivables.balance_date <= payments.paid_date
),

-- Only what is paid up to a receivable is converted and a part is the difference, so that all parts
-- of a charge sum to what it was worth.
shared as (
    select
        *,
        greatest(0, least(amount_minor, money_minor - asked_to_here_minor + amount_minor))
            as paid_amount_minor,
        least(money_minor, asked_to_here_minor) as paid_to_here_minor,
        least(money_minor, asked_to_here_minor - amount_minor) as paid_before_minor
    from paired
),

opening_payments as (
    select
        opening_id,
        entity_id,
        currency_code,
        functional_currency_code,
        source_name,
        source_table,
        source_record_id,
        customer_id,
        payout_id,
        paid_date,
        recorded_at,
        paid_amount_minor,
        {{ convert_money('paid_to_here_minor', 'money_functional_minor', 'money_minor') }}
        - {{ convert_money('paid_before_minor', 'money_functional_minor', 'money_minor') }}
            as paid_functional_amount_minor,
        {{ convert_money('paid_amount_minor', 'functional_amount_minor', 'amount_minor') }}
            as receivable_functional_amount_minor
    from shared
    where paid_amount_minor > 0
)

select * from opening_payments
