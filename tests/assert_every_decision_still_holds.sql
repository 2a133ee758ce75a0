-- Invariant: every review decision is in effect, has run out, or was replaced.
-- Grain: decision_id that names nothing, is void or was never approved.
-- A row: a decision that reviewers rely on and that does nothing.
-- Then: renew it with the fingerprint that fct_exceptions shows now, or delete it.
with

decisions as (
    select * from {{ ref('int_decisions') }}
)

select
    decision_id,
    action,
    decision_state
from decisions
where decision_state in ('unused', 'void', 'unapproved')
