-- grain: one row per expected_item_id, recorded_item_id
with

pairs as (
    select * from {{ ref('int_pairs_by_reference') }}
    where match_tier = 9 and not is_customer_conflict
),

differences as (
    select * from {{ ref('int_proration_differences') }}
),

net_sides as (
    select
        account_role,
        direction
    from {{ ref('int_posting_rule_sides') }}
    where event_type = 'invoice_finalised' and component = 'net'
),

matching_windows as (
    select * from {{ ref('int_matching_windows') }}
),

-- The invoice at its own rate: the difference of its prorated lines, in the currency of the books.
recounted_pairs as (
    select
        pairs.*,
        differences.convention,
        differences.line_count,
        pairs.expected_amount_minor
        + net_sides.direction
        * {{ convert_money(
            'differences.difference_minor',
            'abs(pairs.expected_amount_minor)', 'abs(pairs.transaction_amount_minor)'
        ) }} as recounted_amount_minor
    from pairs
    inner join net_sides
        on pairs.account_role = net_sides.account_role
    inner join differences
        on pairs.invoice_id = differences.invoice_id
    where
        pairs.event_type = 'invoice_finalised'
        and pairs.transaction_amount_minor <> 0
),

-- Every line was counted and rounded by itself. What rounding alone could make is no convention.
fitting_pairs as (
    select
        pairs.expected_item_id,
        pairs.recorded_item_id,
        pairs.convention,
        row_number() over (
            partition by pairs.expected_item_id, pairs.recorded_item_id
            order by
                abs(pairs.recounted_amount_minor - pairs.recorded_amount_minor) asc,
                pairs.convention asc
        ) as convention_rank
    from recounted_pairs as pairs
    inner join matching_windows as windows
        on
            pairs.leg = windows.leg
            and {{ within_window('proration') }}
            and pairs.amount_distance > windows.proration_amount_minor * pairs.line_count
            and abs(pairs.recounted_amount_minor - pairs.recorded_amount_minor)
            <= windows.proration_amount_minor * pairs.line_count
),

proration_pairs as (
    select
        expected_item_id,
        recorded_item_id,
        convention
    from fitting_pairs
    where convention_rank = 1
)

select * from proration_pairs
