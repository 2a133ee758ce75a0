-- grain: one row per scenario, reduction_id
with

reduction_claims as (
    select * from {{ ref('int_reduction_claims') }}
),

scenario_invoices as (
    select * from {{ ref('int_scenario_invoices') }}
),

invoice_bookings as (
    select * from {{ ref('int_invoice_bookings') }}
),

policy_choices as (
    select * from {{ ref('int_policy_choices') }}
),

-- The treatment of a dispute is the one in force on the day it opened, whenever it is decided.
claims as (
    select
        scenario_invoices.scenario,
        reduction_claims.*,
        invoice_bookings.entity_id,
        policy_choices.choice as dispute_treatment
    from reduction_claims
    inner join scenario_invoices
        on reduction_claims.invoice_id = scenario_invoices.invoice_id
    inner join invoice_bookings
        on reduction_claims.invoice_id = invoice_bookings.invoice_id
    left join policy_choices
        on
            scenario_invoices.scenario = policy_choices.scenario
            and invoice_bookings.entity_id = policy_choices.entity_id
            and reduction_claims.event_type = 'dispute_opened'
            and policy_choices.policy = 'dispute_treatment'
            and reduction_claims.started_date >= policy_choices.effective_from
            and (
                policy_choices.effective_until is null
                or reduction_claims.started_date < policy_choices.effective_until
            )
),

-- Where a dispute waits for its decision, only a lost one takes something back, on that day.
decided as (
    select
        scenario,
        reduction_id,
        entity_id,
        started_date as policy_date,
        case
            when dispute_treatment <> 'contra_on_open' then 'dispute_lost'
            else event_type
        end as event_type,
        case
            when dispute_treatment <> 'contra_on_open' then decided_at
            else started_at
        end as started_at,
        case
            when dispute_treatment <> 'contra_on_open' then decided_date
            else started_date
        end as started_date,
        case
            when event_type in ('refund', 'credit_note_issued', 'dispute_opened')
                then 'reduction_split'
            when event_type = 'invoice_uncollectible' then 'bad_debt_treatment'
        end as split_policy
    from claims
    where
        coalesce(dispute_treatment, 'contra_on_open') = 'contra_on_open'
        or decided_at is not null
),

reduction_treatments as (
    select
        decided.scenario,
        decided.reduction_id,
        decided.event_type,
        decided.started_at,
        decided.started_date,
        decided.policy_date,
        case
            when policy_choices.choice in ('deferred_first', 'contra_in_period')
                then policy_choices.choice
            when policy_choices.choice = 'expense_gross' then 'contra_in_period'
            else 'proportional'
        end as split
    from decided
    left join policy_choices
        on
            decided.scenario = policy_choices.scenario
            and decided.entity_id = policy_choices.entity_id
            and decided.split_policy = policy_choices.policy
            and decided.started_date >= policy_choices.effective_from
            and (
                policy_choices.effective_until is null
                or decided.started_date < policy_choices.effective_until
            )
)

select * from reduction_treatments
