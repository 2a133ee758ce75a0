-- grain: one row per event_type, return_id, component
with

returns as (
    select * from {{ ref('int_recovered_returns') }}
),

recovery_components as (
    select * from {{ ref('int_recovery_components') }}
),

-- Each part of the recovery goes back in the share of the money that does, by cumulative rounding;
-- what exceeds the recovery is lost at the rate of its money. The tax of a gross loss had become
-- part of the loss.
parts as (
    select
        returns.event_type,
        returns.return_id,
        case
            when returns.is_gross_loss and recovery_components.component = 'tax' then 'recognised'
            else recovery_components.component
        end as component,
        {{ share_between(
            'recovery_components.amount_minor',
            'returns.paid_amount_minor',
            'returns.returned_minor',
            'returns.returned_before_minor'
        ) }} as amount_minor,
        {{ share_between(
            'recovery_components.functional_amount_minor',
            'returns.paid_amount_minor',
            'returns.returned_minor',
            'returns.returned_before_minor'
        ) }} as functional_amount_minor
    from returns
    inner join recovery_components
        on returns.payment_id = recovery_components.payment_id
    union all
    select
        event_type,
        return_id,
        'excess' as component,
        amount_minor - returned_minor + returned_before_minor as amount_minor,
        {{ convert_money(
            'functional_amount_minor',
            'abs(amount_minor - returned_minor + returned_before_minor)',
            'abs(amount_minor)'
        ) }} as functional_amount_minor
    from returns
),

parts_in_all as (
    select
        event_type,
        return_id,
        component,
        sum(amount_minor) as amount_minor,
        sum(functional_amount_minor) as functional_amount_minor
    from parts
    group by
        event_type,
        return_id,
        component
),

-- The rest had never been earned.
components as (
    select
        event_type,
        return_id,
        component,
        amount_minor,
        functional_amount_minor
    from parts_in_all
    union all
    select
        returns.event_type,
        returns.return_id,
        'never_earned' as component,
        min(returns.amount_minor) - sum(parts_in_all.amount_minor) as amount_minor,
        min(returns.functional_amount_minor) - sum(parts_in_all.functional_amount_minor)
            as functional_amount_minor
    from returns
    inner join parts_in_all
        on
            returns.event_type = parts_in_all.event_type
            and returns.return_id = parts_in_all.return_id
    group by
        returns.event_type,
        returns.return_id
),

recovered_return_components as (
    select
        event_type,
        return_id,
        component,
        cast(amount_minor as bigint) as amount_minor,
        cast(functional_amount_minor as bigint) as functional_amount_minor
    from components
)

select * from recovered_return_components
