-- grain: one row per scenario, invoice_id
with

invoice_bookings as (
    select * from {{ ref('int_invoice_bookings') }}
),

scenarios as (
    select * from {{ ref('int_scenarios') }}
),

reduction_claims as (
    select * from {{ ref('int_reduction_claims') }}
),

obligations as (
    select * from {{ ref('int_obligations') }}
),

cancelled_services as (
    select * from {{ ref('int_cancelled_services') }}
),

-- Which invoices a policy can touch at all: only these are worked out a second time.
touched as (
    select
        invoice_id,
        'reduction_split' as policy
    from reduction_claims
    where event_type in ('refund', 'credit_note_issued', 'dispute_opened')
    union all
    select
        invoice_id,
        'dispute_treatment' as policy
    from reduction_claims
    where event_type = 'dispute_opened'
    union all
    select
        invoice_id,
        'bad_debt_treatment' as policy
    from reduction_claims
    where event_type = 'invoice_uncollectible'
    union all
    select
        invoice_id,
        'cancellation_treatment' as policy
    from cancelled_services
    union all
    select
        invoice_id,
        'catch_up' as policy
    from obligations
    where service_start_date < booked_month
),

touched_once as (
    select distinct
        invoice_id,
        policy
    from touched
),

scenario_invoices as (
    select
        'in_force' as scenario,
        invoice_id
    from invoice_bookings
    union all
    select
        'in_force' as scenario,
        invoice_id
    from obligations
    where source_table = 'opening_balances'
    union all
    select
        scenarios.scenario,
        touched_once.invoice_id
    from touched_once
    inner join scenarios
        on touched_once.policy = scenarios.policy
    inner join invoice_bookings
        on touched_once.invoice_id = invoice_bookings.invoice_id
)

select * from scenario_invoices
