-- grain: one row per event_type, component, policy_choice, side
with

posting_rules as (
    select * from {{ ref('posting_rules') }}
),

-- A rule without roles says that nothing is posted.
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
    where debit_role is not null
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
    where debit_role is not null
)

select * from posting_rule_sides
