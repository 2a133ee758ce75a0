-- Invariant: recorded less expected balance is timing, named causes and unknown, residual 0 (L4).
-- Grain: entity, account role, currency, month.
-- A row: a proof with a residual: items of the ledger leg and account balances disagree.
-- Then: a ledger line or an entry is in no item, or in two: compare items with account balances.
select
    entity_id,
    account_role,
    currency_code,
    month_start,
    difference_amount,
    residual_amount
from {{ ref('rpt_account_proofs') }}
where residual_amount <> 0
