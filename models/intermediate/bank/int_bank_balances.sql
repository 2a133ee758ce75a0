-- grain: one row per entity_id, bank_account, currency_code, month_start
with

bank_months as (
    select * from {{ ref('int_bank_months') }}
),

running as (
    select
        *,
        sum(moved_minor) over (
            partition by entity_id, bank_account, currency_code order by month_start asc
            rows between unbounded preceding and current row
        ) as closing_minor,
        sum(expected_minor) over (
            partition by entity_id, bank_account, currency_code order by month_start asc
            rows between unbounded preceding and current row
        ) as expected_balance_minor,
        sum(change_in_transit_minor) over (
            partition by entity_id, bank_account, currency_code order by month_start asc
            rows between unbounded preceding and current row
        ) as in_transit_minor,
        sum(change_missing_minor) over (
            partition by entity_id, bank_account, currency_code order by month_start asc
            rows between unbounded preceding and current row
        ) as missing_minor,
        sum(change_unexplained_minor) over (
            partition by entity_id, bank_account, currency_code order by month_start asc
            rows between unbounded preceding and current row
        ) as open_unexplained_minor,
        sum(change_amount_differs_minor) over (
            partition by entity_id, bank_account, currency_code order by month_start asc
            rows between unbounded preceding and current row
        ) as amount_differs_minor
    from bank_months
),

bank_balances as (
    select
        entity_id,
        bank_account,
        currency_code,
        month_start,
        month_end,
        cast(closing_minor - moved_minor as bigint) as opening_minor,
        cast(payouts_minor as bigint) as payouts_minor,
        cast(returns_minor as bigint) as returns_minor,
        cast(topups_minor as bigint) as topups_minor,
        cast(external_payments_minor as bigint) as external_payments_minor,
        cast(bank_fees_minor as bigint) as bank_fees_minor,
        cast(out_of_scope_minor as bigint) as out_of_scope_minor,
        cast(unexplained_minor as bigint) as unexplained_minor,
        cast(closing_minor as bigint) as closing_minor,
        cast(expected_balance_minor as bigint) as expected_balance_minor,
        cast(in_transit_minor as bigint) as in_transit_minor,
        cast(missing_minor as bigint) as missing_minor,
        cast(open_unexplained_minor as bigint) as open_unexplained_minor,
        cast(amount_differs_minor as bigint) as amount_differs_minor
    from running
)

select * from bank_balances
