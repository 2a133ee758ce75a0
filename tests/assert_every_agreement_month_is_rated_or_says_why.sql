-- Invariant: in every month with quantities, the days that agreements of a client and service cover are rated once, or not rated with a reason.
-- Grain: entity, client and service (or the line, where it is mapped to neither), month.
-- A row: the covered days, the days of the rated lines, and rows that have both an amount and a reason, or neither.
-- Then: compare `int_agreement_spans` of the client and service with the lines; a span is missing or two overlap.
with

agreement_lines as (
    select
        agreement_line_id,
        entity_id,
        effective_from,
        effective_to,
        case
            when mapping_class = 'mapped'
                then {{ dbt.concat(['client_id', "'|'", 'service_id']) }}
            else agreement_line_id
        end as slot
    from {{ ref('int_agreement_lines') }}
    where effective_from is not null
),

months as (
    select distinct
        quantity_rows.entity_id,
        quantity_rows.period_start_date,
        cast({{ dbt.dateadd('month', 1, 'quantity_rows.period_start_date') }} as date)
            as period_end_date
    from {{ ref('int_quantity_rows') }} as quantity_rows
    inner join {{ ref('int_entities') }} as entities
        on quantity_rows.entity_id = entities.entity_id
    where quantity_rows.period_start_date <= entities.as_of_date
),

clipped as (
    select
        agreement_lines.agreement_line_id,
        agreement_lines.entity_id,
        agreement_lines.slot,
        months.period_start_date,
        greatest(agreement_lines.effective_from, months.period_start_date) as from_date,
        least(
            coalesce(agreement_lines.effective_to, months.period_end_date), months.period_end_date
        )
            as to_date
    from agreement_lines
    inner join months
        on agreement_lines.entity_id = months.entity_id
),

-- Each line adds the days after the latest end of the lines that begin before it.
added as (
    select
        entity_id,
        slot,
        period_start_date,
        from_date,
        to_date,
        max(to_date) over (
            partition by entity_id, slot, period_start_date
            order by from_date, agreement_line_id
            rows between unbounded preceding and 1 preceding
        ) as covered_to
    from clipped
    where from_date < to_date
),

covered as (
    select
        entity_id,
        slot,
        period_start_date,
        sum(case
            when covered_to is null or covered_to <= from_date
                then {{ dbt.datediff('from_date', 'to_date', 'day') }}
            when covered_to < to_date then {{ dbt.datediff('covered_to', 'to_date', 'day') }}
            else 0
        end) as covered_days
    from added
    group by
        entity_id,
        slot,
        period_start_date
),

rated as (
    select
        agreement_lines.entity_id,
        agreement_lines.slot,
        rated_usage.period_start_date,
        sum(rated_usage.active_days) as rated_days,
        sum(case
            when rated_usage.not_rated_reason is null
                and rated_usage.rated_amount_minor is not null
                and rated_usage.minimum_applied_minor >= 0
                and rated_usage.total_amount_minor
                = rated_usage.rated_amount_minor + rated_usage.minimum_applied_minor
                then 0
            when rated_usage.not_rated_reason is not null
                and rated_usage.total_amount_minor is null
                and rated_usage.billable_quantity_millionths is null
                then 0
            else 1
        end) as undecided_rows
    from {{ ref('int_rated_usage') }} as rated_usage
    inner join months
        on
            rated_usage.entity_id = months.entity_id
            and rated_usage.period_start_date = months.period_start_date
    inner join agreement_lines
        on rated_usage.agreement_line_id = agreement_lines.agreement_line_id
    group by
        agreement_lines.entity_id,
        agreement_lines.slot,
        rated_usage.period_start_date
),

compared as (
    select
        coalesce(covered.entity_id, rated.entity_id) as entity_id,
        coalesce(covered.slot, rated.slot) as slot,
        coalesce(covered.period_start_date, rated.period_start_date) as period_start_date,
        covered.covered_days,
        rated.rated_days,
        rated.undecided_rows,
        case
            when rated.slot is null then 'not rated at all'
            when covered.slot is null then 'rated without an agreement'
            when covered.covered_days <> rated.rated_days then 'other days'
            when rated.undecided_rows <> 0 then 'neither rated nor told why'
            else 'ok'
        end as status
    from covered
    full outer join rated
        on
            covered.entity_id = rated.entity_id
            and covered.slot = rated.slot
            and covered.period_start_date = rated.period_start_date
)

select * from compared
where status <> 'ok'
