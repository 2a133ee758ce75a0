-- grain: one row per payment_id, component
with

payments as (
    select * from {{ ref('int_payments_valued') }}
),

recovered as (
    select * from {{ ref('int_recovery_components') }}
),

-- What came on top of what was due has its share of the money's value.
settling as (
    select
        *,
        case
            when overpaid_amount_minor = 0 then 0
            else {{ convert_money(
                'functional_amount_minor', 'overpaid_amount_minor', 'amount_minor'
            ) }}
        end as overpaid_functional_amount_minor
    from payments
    where event_type not in ('payment_recovered', 'payment_recovered_out_of_band')
),

recovered_in_all as (
    select
        payment_id,
        cast(sum(amount_minor) as bigint) as amount_minor,
        cast(sum(functional_amount_minor) as bigint) as functional_amount_minor
    from recovered
    group by payment_id
),

payment_components as (
    select
        payment_id,
        'paid' as component,
        amount_minor - overpaid_amount_minor as amount_minor,
        functional_amount_minor - overpaid_functional_amount_minor as functional_amount_minor
    from settling
    union all
    select
        payment_id,
        'overpaid' as component,
        overpaid_amount_minor as amount_minor,
        overpaid_functional_amount_minor as functional_amount_minor
    from settling
    where overpaid_amount_minor <> 0
    union all
    select
        payment_id,
        'exchange_difference' as component,
        0 as amount_minor,
        receivable_functional_amount_minor - functional_amount_minor
        + overpaid_functional_amount_minor as functional_amount_minor
    from settling
    where receivable_functional_amount_minor is not null
    union all
    select
        payment_id,
        component,
        amount_minor,
        functional_amount_minor
    from recovered
    union all
    select
        payments.payment_id,
        'never_earned' as component,
        payments.amount_minor - coalesce(recovered_in_all.amount_minor, 0) as amount_minor,
        payments.functional_amount_minor - coalesce(recovered_in_all.functional_amount_minor, 0)
            as functional_amount_minor
    from payments
    left join recovered_in_all
        on payments.payment_id = recovered_in_all.payment_id
    where payments.event_type in ('payment_recovered', 'payment_recovered_out_of_band')
)

select * from payment_components
