-- Invariant: over all accounts the expected debits equal the credits, in every month (L9).
-- Grain: entity, currency, month.
-- A row: a month whose expected balances do not sum to zero, with the sum.
-- Then: a posting rule has one side too many: look for its roles in posting_rules.
select
    entity_id,
    currency_code,
    month_start,
    sum(expected_balance) as expected_sum
from {{ ref('rpt_trial_balance') }}
group by
    entity_id,
    currency_code,
    month_start
having sum(expected_balance) <> 0
