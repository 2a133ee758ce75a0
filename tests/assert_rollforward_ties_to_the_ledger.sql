-- Invariant: the ledger's deferred revenue less the closing balance is explained, residual 0 (L8).
-- Grain: entity, currency, month.
-- A row: a month whose difference is not the sum of what explains it.
-- Then: see rpt_account_proof_causes for role deferred_revenue and that month.
select
    entity_id,
    currency_code,
    month_start,
    difference_amount,
    explained_amount,
    residual_amount
from {{ ref('rpt_deferred_revenue_rollforward') }}
where residual_amount <> 0
