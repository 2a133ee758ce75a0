-- grain: one row per entity_id, currency_code, month_start
with

deferred_revenue_by_month as (
    select * from {{ ref('int_deferred_revenue_by_month') }}
),

account_proofs as (
    select * from {{ ref('rpt_account_proofs') }}
),

correction_shifts as (
    select * from {{ ref('int_correction_shifts') }}
    where account_role = 'deferred_revenue'
),

rollforward as (
    select
        entity_id,
        currency_code,
        month_start,
        month_end,
        {{ major_units('opening_minor', 'exponent') }} as opening_amount,
        {{ major_units('billed_minor', 'exponent') }} as billed_amount,
        {{ major_units('recognised_minor', 'exponent') }} as recognised_amount,
        {{ major_units('refunds_minor', 'exponent') }} as refunds_amount,
        {{ major_units('credit_notes_minor', 'exponent') }} as credit_notes_amount,
        {{ major_units('voids_minor', 'exponent') }} as voids_amount,
        {{ major_units('write_offs_minor', 'exponent') }} as write_offs_amount,
        {{ major_units('disputes_minor', 'exponent') }} as disputes_amount,
        {{ major_units('corrections_minor', 'exponent') }} as corrections_amount,
        {{ major_units('fx_minor', 'exponent') }} as fx_amount,
        {{ major_units('closing_minor', 'exponent') }} as closing_amount,
        {{ major_units('long_term_closing_minor', 'exponent') }} as long_term_closing_amount,
        {{ major_units('closing_minor - long_term_closing_minor', 'exponent') }}
            as current_closing_amount
    from deferred_revenue_by_month
    where basis = 'functional' and dimension = 'all'
),

-- The ledger carries the liability as a credit; here both sides read as what is owed. The closing
-- balance is that of the documents as they are now; closed months were posted as they were then.
deferred_revenue_rollforward as (
    select
        rollforward.entity_id,
        rollforward.currency_code,
        rollforward.month_start,
        rollforward.month_end,
        rollforward.opening_amount,
        rollforward.billed_amount,
        rollforward.recognised_amount,
        rollforward.refunds_amount,
        rollforward.credit_notes_amount,
        rollforward.voids_amount,
        rollforward.write_offs_amount,
        rollforward.disputes_amount,
        rollforward.corrections_amount,
        rollforward.fx_amount,
        rollforward.closing_amount,
        rollforward.long_term_closing_amount,
        rollforward.current_closing_amount,
        cast(-account_proofs.recorded_balance as numeric(28, 4)) as ledger_balance,
        cast(-account_proofs.recorded_balance - rollforward.closing_amount as numeric(28, 4))
            as difference_amount,
        cast(-(
            coalesce(correction_shifts.shift_amount, 0)
            + account_proofs.timing_amount
            + account_proofs.named_causes_amount
            + account_proofs.unknown_amount
        ) as numeric(28, 4)) as explained_amount,
        cast(
            -account_proofs.recorded_balance
            - rollforward.closing_amount
            + coalesce(correction_shifts.shift_amount, 0)
            + account_proofs.timing_amount
            + account_proofs.named_causes_amount
            + account_proofs.unknown_amount as numeric(28, 4)
        ) as residual_amount
    from rollforward
    inner join account_proofs
        on
            rollforward.entity_id = account_proofs.entity_id
            and rollforward.currency_code = account_proofs.currency_code
            and rollforward.month_start = account_proofs.month_start
            and account_proofs.account_role = 'deferred_revenue'
    left join correction_shifts
        on
            rollforward.entity_id = correction_shifts.entity_id
            and rollforward.month_start = correction_shifts.month_start
)

select * from deferred_revenue_rollforward
