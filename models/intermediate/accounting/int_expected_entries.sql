-- grain: one row per event_id, component, obligation_id, side
with

accounting_events as (
    select * from {{ ref('int_accounting_events') }}
),

posting_rules as (
    select * from {{ ref('int_posting_rule_sides') }}
),

policy_choices as (
    select * from {{ ref('int_policy_choices') }}
    where scenario = 'in_force'
),

-- A rule that names a policy holds where that choice was in force on the day the treatment was
-- decided: that of the event, or of what it follows (a payout's sending, a write-off, a dispute).
expected_entries as (
    select
        {{ dbt.concat([
            'accounting_events.event_id', "':'", 'accounting_events.component', "':'",
            "coalesce(accounting_events.obligation_id, '')", "':'", 'posting_rules.side'
        ]) }} as entry_id,
        accounting_events.event_id,
        accounting_events.entity_id,
        accounting_events.event_type,
        accounting_events.component,
        posting_rules.side,
        posting_rules.account_role,
        accounting_events.document_reference,
        accounting_events.source_name,
        accounting_events.source_table,
        accounting_events.source_record_id,
        accounting_events.customer_id,
        accounting_events.counterparty_reference,
        accounting_events.invoice_id,
        accounting_events.obligation_id,
        accounting_events.currency_code,
        posting_rules.direction * accounting_events.amount_minor as amount_minor,
        accounting_events.functional_currency_code,
        posting_rules.direction * accounting_events.functional_amount_minor
            as functional_amount_minor,
        accounting_events.event_date as entry_date,
        accounting_events.recorded_at
    from accounting_events
    inner join posting_rules
        on
            accounting_events.event_type = posting_rules.event_type
            and accounting_events.component = posting_rules.component
    left join policy_choices
        on
            posting_rules.policy = policy_choices.policy
            and accounting_events.entity_id = policy_choices.entity_id
            and accounting_events.policy_date >= policy_choices.effective_from
            and (
                policy_choices.effective_until is null
                or accounting_events.policy_date < policy_choices.effective_until
            )
    where
        posting_rules.policy is null
        or posting_rules.policy_choice = policy_choices.choice
)

select * from expected_entries
