-- grain: one row per dispute_id
with

disputes as (
    select * from {{ ref('int_disputes') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

settlements as (
    select * from {{ ref('int_settlements') }}
),

invoice_bookings as (
    select * from {{ ref('int_invoice_bookings') }}
),

policy_choices as (
    select * from {{ ref('int_policy_choices') }}
    where
        scenario = 'in_force'
        and policy = 'dispute_treatment'
),

-- The money that left with a dispute and the money that came back with a win, each at its own rate;
-- a withdrawal that has not landed is taken at the booking rate.
disputes_valued as (
    select
        disputes.dispute_id,
        entities.functional_currency_code,
        policy_choices.choice as dispute_treatment,
        withdrawn.payout_id as withdrawn_payout_id,
        coalesce(-withdrawn.functional_amount_minor, {{ convert_money(
            'disputes.amount_minor', 'invoice_bookings.multiplier', 'invoice_bookings.divisor'
        ) }}) as held_functional_amount_minor,
        returned.payout_id as returned_payout_id,
        -- A chargeback may come back in part.
        case
            when returned.presentment_currency_code = disputes.currency_code
                then returned.presentment_amount_minor
            else disputes.amount_minor
        end as returned_amount_minor,
        returned.functional_amount_minor as returned_functional_amount_minor
    from disputes
    inner join entities
        on disputes.entity_id = entities.entity_id
    inner join policy_choices
        on
            disputes.entity_id = policy_choices.entity_id
            and disputes.opened_date >= policy_choices.effective_from
            and (
                policy_choices.effective_until is null
                or disputes.opened_date < policy_choices.effective_until
            )
    left join invoice_bookings
        on disputes.invoice_id = invoice_bookings.invoice_id
    left join settlements as withdrawn
        on
            disputes.entity_id = withdrawn.entity_id
            and disputes.source_record_id = withdrawn.object_reference
            and withdrawn.kind = 'dispute'
    left join settlements as returned
        on
            disputes.entity_id = returned.entity_id
            and disputes.source_record_id = returned.object_reference
            and returned.kind = 'dispute_reversal'
)

select * from disputes_valued
