-- grain: one row per entity_id, contract_id, currency_code, month_start
with

contract_balances_by_month as (
    select * from {{ ref('int_contract_balances_by_month') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

-- One contract is one position: its unbilled service is set against what it has paid ahead, but
-- never against another contract.
positions as (
    select
        entity_id,
        contract_id,
        currency_code,
        customer_id,
        month_start,
        month_end,
        deferred_amount_minor,
        unbilled_amount_minor,
        deferred_amount_minor - unbilled_amount_minor as position_minor
    from contract_balances_by_month
),

contract_balances as (
    select
        positions.entity_id,
        positions.contract_id,
        positions.currency_code,
        positions.month_start,
        positions.month_end,
        positions.customer_id,
        {{ major_units('positions.deferred_amount_minor', 'currencies.exponent') }}
            as deferred_amount,
        {{ major_units('positions.unbilled_amount_minor', 'currencies.exponent') }}
            as unbilled_amount,
        case
            when positions.position_minor > 0 then 'liability'
            when positions.position_minor < 0 then 'asset'
            else 'none'
        end as presented_as,
        {{ major_units('greatest(positions.position_minor, 0)', 'currencies.exponent') }}
            as contract_liability_amount,
        {{ major_units('greatest(-positions.position_minor, 0)', 'currencies.exponent') }}
            as contract_asset_amount
    from positions
    inner join currencies
        on positions.currency_code = currencies.currency_code
)

select * from contract_balances
