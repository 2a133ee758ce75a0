-- grain: one row per item_id, cause
with

break_items as (
    select * from {{ ref('int_break_items') }}
    where
        expected_item_id is not null
        and recorded_item_id is not null
        and residual_amount_minor <> 0
        and transaction_currency_code <> currency_code
),

factors as (
    select * from {{ ref('int_rate_factors') }}
),

matching_windows as (
    select * from {{ ref('int_matching_windows') }}
),

causes as (
    select * from {{ ref('causes') }}
),

-- Among the rates of two months one fits nearly any small difference: a day only counts if it
-- explains every line of the document's posting.
fits as (
    select
        break_items.item_id,
        break_items.leg,
        break_items.entity_id,
        break_items.document_reference,
        break_items.event_type,
        factors.rate_date,
        abs({{ dbt.datediff('break_items.expected_date', 'factors.rate_date', 'day') }})
            as date_distance
    from break_items
    inner join matching_windows
        on break_items.leg = matching_windows.leg
    inner join causes
        on causes.cause = 'fx_timing'
    inner join factors
        on
            break_items.transaction_currency_code = factors.from_currency_code
            and break_items.currency_code = factors.to_currency_code
            and abs({{ dbt.datediff('break_items.expected_date', 'factors.rate_date', 'day') }})
            <= causes.window_days
            and abs(
                {{ convert_money(
                    'break_items.transaction_amount_minor', 'factors.multiplier', 'factors.divisor'
                ) }}
                - break_items.recorded_amount_minor
            ) <= matching_windows.fx_timing_amount_minor * break_items.part_count
),

lines_of_documents as (
    select
        leg,
        entity_id,
        document_reference,
        event_type,
        count(*) as line_count
    from break_items
    group by
        leg,
        entity_id,
        document_reference,
        event_type
),

days_that_explain_all as (
    select
        fits.leg,
        fits.entity_id,
        fits.document_reference,
        fits.event_type,
        fits.rate_date,
        row_number() over (
            partition by fits.leg, fits.entity_id, fits.document_reference, fits.event_type
            order by min(fits.date_distance) asc, fits.rate_date asc
        ) as day_rank
    from fits
    inner join lines_of_documents
        on
            fits.leg = lines_of_documents.leg
            and fits.entity_id = lines_of_documents.entity_id
            and fits.document_reference = lines_of_documents.document_reference
            and fits.event_type = lines_of_documents.event_type
    group by
        fits.leg,
        fits.entity_id,
        fits.document_reference,
        fits.event_type,
        fits.rate_date,
        lines_of_documents.line_count
    having count(*) = lines_of_documents.line_count
),

evidence as (
    select
        fits.item_id,
        'fx_timing' as cause,
        'the recorded amount follows from the rate of '
        || cast(fits.rate_date as {{ dbt.type_string() }}) as finding
    from fits
    inner join days_that_explain_all
        on
            fits.leg = days_that_explain_all.leg
            and fits.entity_id = days_that_explain_all.entity_id
            and fits.document_reference = days_that_explain_all.document_reference
            and fits.event_type = days_that_explain_all.event_type
            and fits.rate_date = days_that_explain_all.rate_date
            and days_that_explain_all.day_rank = 1
)

select * from evidence
