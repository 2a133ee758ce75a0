-- Invariant: as first reported and the corrections are what documents say today, to the cent (L11).
-- Grain: entity, account role, side, period.
-- A row: a late cent that is in no correction, or a correction of nothing.
-- Then: list the account's rows of int_posting_changes and int_period_corrections for the period.
select
    entity_id,
    account_role,
    side,
    period,
    first_reported_amount,
    corrections_amount,
    as_corrected_amount
from {{ ref('rpt_period_presentations') }}
where first_reported_amount + corrections_amount <> as_corrected_amount
