-- grain: one row per item_id
with

break_items as (
    select
        *,
        replace(
            replace(coalesce(expected_item_id, recorded_item_id), 'usage:expected:', ''),
            'usage:recorded:',
            ''
        ) as chain_id
    from {{ ref('int_break_items') }}
    where leg = 'usage'
),

usage_dues as (
    select * from {{ ref('int_usage_dues') }}
),

findings as (
    select * from {{ ref('int_usage_findings') }}
),

causes as (
    select * from {{ ref('causes') }}
),

-- The side that is missing, or what differs, names what no finding names.
judged as (
    select
        break_items.item_id,
        break_items.chain_id,
        case
            when break_items.recorded_item_id is null then 'unbilled_service'
            when break_items.expected_item_id is null then 'billed_not_used'
            when usage_dues.quantity_millionths <> usage_dues.invoiced_quantity_millionths
                then 'quantity_mismatch'
            else 'price_mismatch'
        end as cause_by_sides
    from break_items
    inner join usage_dues
        on break_items.chain_id = usage_dues.chain_id
),

-- The largest part names the cause: money before units, and the first in causes where both are as
-- large. What a context class explains is no cause and is said all the same.
ranked as (
    select
        judged.item_id,
        judged.cause_by_sides,
        causes.cause,
        case
            when findings.explanation like '%.'
                then substring(findings.explanation, 1, length(findings.explanation) - 1)
            else findings.explanation
        end
        || case when findings.is_estimated then ' (estimated)' else '' end as part_text,
        row_number() over (
            partition by judged.item_id
            order by
                case
                    when causes.cause is not null then 0
                    when findings.is_alarm then 1
                    else 2
                end asc,
                abs(coalesce(findings.stake_amount_minor, 0)) desc,
                abs(coalesce(findings.quantity_difference_millionths, 0)) desc,
                causes.precedence asc,
                findings.finding_id asc
        ) as part_rank
    from judged
    left join findings
        on judged.chain_id = findings.chain_id
    left join causes
        on
            findings.kind = 'cause'
            and findings.finding = causes.cause
),

evidence as (
    select
        item_id,
        coalesce(max(case when part_rank = 1 then cause end), max(cause_by_sides)) as cause,
        coalesce(
            {{ dbt.listagg('part_text', "'. '", 'order by part_rank') }},
            'invoice and agreement say different things'
        ) as finding
    from ranked
    group by item_id
)

select * from evidence
