-- Invariant: every event's entries sum to zero, in transaction and in functional currency (L9).
-- Grain: event, currency.
-- A row: an event whose debits and credits differ, with both differences in minor units.
-- Then: look up the event's rows in posting_rules; a component with one side missing is the cause.
select
    event_id,
    currency_code,
    sum(amount_minor) as difference_minor,
    sum(functional_amount_minor) as functional_difference_minor
from {{ ref('int_expected_entries') }}
group by
    event_id,
    currency_code
having
    sum(amount_minor) <> 0
    or sum(functional_amount_minor) <> 0
