-- Invariant: every review decision is in effect, has run out, or was replaced.
-- Grain: decision_id, finding that fails by decision_findings.csv.
-- A row: a decision that reviewers rely on and that does nothing, or that another contradicts.
-- Then: do what its row in rpt_decision_findings says; scripts/decide.py writes the new row.
with

findings as (
    select * from {{ ref('rpt_decision_findings') }}
)

select
    decision_id,
    finding,
    item_id,
    what_to_do
from findings
where is_failing
