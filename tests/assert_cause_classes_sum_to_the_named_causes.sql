-- Invariant: timing, the classes of causes and unknown are the difference of each account proof.
-- Grain: entity, account role, currency, month.
-- A row: a proof whose classes leave a part of the difference out or count it twice.
-- Then: give the cause a row in cause_classes, or the class a column in rpt_account_proofs.
with

classes as (
    select
        entity_id,
        account_role,
        currency_code,
        month_start,
        difference_amount,
        timing_amount
        + missing_in_ledger_amount
        + only_in_ledger_amount
        + duplicate_amount
        + misstated_amount
        + misposted_amount
        + fx_amount
        + other_period_amount
        + accepted_amount
        + unknown_amount as classed_amount
    from {{ ref('rpt_account_proofs') }}
)

select * from classes
where
    classed_amount is null
    or classed_amount <> difference_amount
