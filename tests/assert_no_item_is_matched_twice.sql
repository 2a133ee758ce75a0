-- Invariant: no item is in two matches (L5).
-- Grain: item_id that is used more than once.
-- A row: one amount confirmed two others, so one of those has nothing behind it.
-- Then: find the tier that did not leave out what a stronger tier had taken.
with

match_items as (
    select * from {{ ref('fct_matches') }}
),

uses as (
    select
        item_id,
        count(*) as use_count
    from match_items
    group by item_id
)

select
    item_id,
    use_count
from uses
where use_count > 1
