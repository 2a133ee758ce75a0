-- grain: one row per entity_id, customer_id, currency_code, month_start
with

movements as (
    select * from {{ ref('int_customer_balance_movements_by_month') }}
),

reporting_months as (
    select * from {{ ref('int_reporting_months') }}
),

to_date as (
    select
        *,
        cast(sum(movement_minor) over (
            partition by entity_id, customer_id, currency_code order by month_start
            rows between unbounded preceding and current row
        ) as bigint) as closing_minor,
        cast(sum(
            unapplied_amount_minor + overpaid_amount_minor + assigned_amount_minor
            + returned_amount_minor
        ) over (
            partition by entity_id, customer_id, currency_code order by month_start
            rows between unbounded preceding and current row
        ) as bigint) as unapplied_cash_minor,
        cast(sum(functional_movement_minor) over (
            partition by entity_id, customer_id, currency_code order by month_start
            rows between unbounded preceding and current row
        ) as bigint) as functional_closing_minor,
        lead(month_start) over (
            partition by entity_id, customer_id, currency_code order by month_start
        ) as next_moved_month
    from movements
),

-- A row in the month of a movement, and in every further month while something is left.
laid_out as (
    select
        to_date.*,
        reporting_months.functional_currency_code,
        reporting_months.functional_exponent,
        reporting_months.month_start as balance_month,
        reporting_months.month_end,
        reporting_months.month_start = to_date.month_start as has_moved
    from to_date
    inner join reporting_months
        on
            to_date.entity_id = reporting_months.entity_id
            and to_date.month_start <= reporting_months.month_start
            and (
                to_date.next_moved_month is null
                or to_date.next_moved_month > reporting_months.month_start
            )
    where
        reporting_months.month_start = to_date.month_start
        or to_date.closing_minor <> 0
        or to_date.functional_closing_minor <> 0
        or to_date.unapplied_cash_minor <> 0
),

customer_balances_by_month as (
    select
        entity_id,
        customer_id,
        currency_code,
        functional_currency_code,
        functional_exponent,
        balance_month as month_start,
        month_end,
        closing_minor - case when has_moved then movement_minor else 0 end as opening_minor,
        case when has_moved then opened_amount_minor else 0 end as opened_amount_minor,
        case when has_moved then granted_amount_minor else 0 end as granted_amount_minor,
        case when has_moved then credited_amount_minor else 0 end as credited_amount_minor,
        case when has_moved then applied_amount_minor else 0 end as applied_amount_minor,
        case when has_moved then unapplied_amount_minor else 0 end as unapplied_amount_minor,
        case when has_moved then overpaid_amount_minor else 0 end as overpaid_amount_minor,
        case when has_moved then assigned_amount_minor else 0 end as assigned_amount_minor,
        case when has_moved then returned_amount_minor else 0 end as returned_amount_minor,
        closing_minor,
        unapplied_cash_minor,
        closing_minor - unapplied_cash_minor as credit_balance_minor,
        functional_closing_minor
    from laid_out
)

select * from customer_balances_by_month
