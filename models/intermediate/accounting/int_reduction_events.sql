-- grain: one row per event_id, component, obligation_id
with

reductions as (
    select * from {{ ref('int_reductions') }}
    where scenario = 'in_force'
),

reduction_changes as (
    select * from {{ ref('int_reduction_changes') }}
    where scenario = 'in_force'
),

reduction_settlements as (
    select * from {{ ref('int_reduction_settlements') }}
),

components as (
    select
        reduction_id,
        is_reversal,
        component,
        obligation_id,
        amount_minor,
        functional_amount_minor
    from {{ ref('int_reduction_line_components') }}
    union all
    select
        reduction_id,
        is_reversal,
        component,
        null as obligation_id,
        amount_minor,
        functional_amount_minor
    from {{ ref('int_reduction_document_components') }}
),

changes as (
    select
        reductions.reduction_id,
        reduction_changes.is_reversal,
        case
            when not reduction_changes.is_reversal then reductions.event_type
            when reductions.event_type = 'refund' then 'refund_failed'
            else 'credit_note_voided'
        end as event_type,
        reduction_changes.changed_at,
        reduction_changes.changed_date,
        reduction_settlements.payout_id
    from reductions
    inner join reduction_changes
        on reductions.reduction_id = reduction_changes.reduction_id
    inner join reduction_settlements
        on
            reduction_changes.reduction_id = reduction_settlements.reduction_id
            and reduction_changes.is_reversal = reduction_settlements.is_reversal
),

reduction_events as (
    select
        {{ dbt.concat(['changes.event_type', "':'", 'reductions.reduction_id']) }} as event_id,
        reductions.entity_id,
        changes.event_type,
        components.component,
        reductions.source_name,
        reductions.source_table,
        reductions.source_record_id,
        reductions.source_record_id as document_reference,
        reductions.customer_id,
        changes.payout_id as counterparty_reference,
        reductions.invoice_id,
        components.obligation_id,
        reductions.currency_code,
        components.amount_minor,
        reductions.functional_currency_code,
        components.functional_amount_minor,
        changes.changed_date as event_date,
        reductions.policy_date,
        changes.changed_at as recorded_at
    from reductions
    inner join changes
        on reductions.reduction_id = changes.reduction_id
    inner join components
        on
            changes.reduction_id = components.reduction_id
            and changes.is_reversal = components.is_reversal
    where components.amount_minor <> 0 or components.functional_amount_minor <> 0
)

select * from reduction_events
