-- grain: one row per event_type, component, policy_choice, side
with

posting_rules as (
    select * from {{ ref('posting_rules') }}
),

posting_rule_sides as (
    select
        event_type,
        component,
        policy,
        policy_choice,
        'debit' as side,
        debit_role as account_role,
        1 as direction
    from posting_rules
    union all
    select
        event_type,
        component,
        policy,
        policy_choice,
        'credit' as side,
        credit_role as account_role,
        -1 as direction
    from posting_rules
)

select * from posting_rule_sides
