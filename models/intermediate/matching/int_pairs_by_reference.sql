-- grain: one row per expected_item_id, recorded_item_id
with

expected_items as (
    select * from {{ ref('int_expected_items') }}
    where is_matchable
),

recorded_items as (
    select * from {{ ref('int_recorded_items') }}
    where is_matchable
),

decided_items as (
    select * from {{ ref('int_decided_items') }}
),

matching_windows as (
    select * from {{ ref('int_matching_windows') }}
),

lags as (
    select * from {{ ref('int_settlement_lags_by_kind') }}
),

business_days as (
    select * from {{ ref('int_business_days') }}
),

pairs as (
    select
        expected_items.item_id as expected_item_id,
        recorded_items.item_id as recorded_item_id,
        expected_items.leg,
        expected_items.entity_id,
        expected_items.account_role,
        expected_items.document_reference,
        expected_items.currency_code,
        expected_items.event_type,
        recorded_items.journal_kind,
        expected_items.amount_minor as expected_amount_minor,
        recorded_items.amount_minor as recorded_amount_minor,
        expected_items.transaction_currency_code,
        expected_items.transaction_amount_minor,
        expected_items.part_count,
        expected_items.invoice_id,
        expected_items.item_date as expected_date,
        recorded_items.item_date as recorded_date,
        recorded_items.recorded_at,
        recorded_items.journal_id,
        coalesce(expected_items.customer_id <> recorded_items.customer_id, false)
            as is_customer_conflict,
        expected_items.is_contradicted,
        abs(expected_items.amount_minor - recorded_items.amount_minor) as amount_distance,
        abs({{ dbt.datediff('expected_items.item_date', 'recorded_items.item_date', 'day') }})
            as date_distance,
        abs(recorded_days.business_day_number - expected_days.business_day_number)
            as business_days_apart,
        {{ dbt.date_trunc('month', 'expected_items.item_date') }}
        <> {{ dbt.date_trunc('month', 'recorded_items.item_date') }} as is_cut_off
    from expected_items
    inner join recorded_items
        on
            expected_items.document_reference = recorded_items.document_reference
            and expected_items.account_role = recorded_items.account_role
            and expected_items.entity_id = recorded_items.entity_id
            and expected_items.leg = recorded_items.leg
            and expected_items.currency_code = recorded_items.currency_code
    left join lags
        on
            expected_items.leg = lags.leg
            and expected_items.event_type = lags.event_type
            and coalesce(expected_items.processor_name, '') = coalesce(lags.processor_name, '')
            and expected_items.currency_code = lags.currency_code
    left join business_days as expected_days
        on
            lags.calendar_name = expected_days.calendar_name
            and expected_items.item_date = expected_days.calendar_date
    left join business_days as recorded_days
        on
            lags.calendar_name = recorded_days.calendar_name
            and recorded_items.item_date = recorded_days.calendar_date
    left join decided_items as decided_expected
        on expected_items.item_id = decided_expected.item_id
    left join decided_items as decided_recorded
        on recorded_items.item_id = decided_recorded.item_id
    where decided_expected.item_id is null and decided_recorded.item_id is null
),

pairs_by_reference as (
    select
        pairs.*,
        case
            when pairs.is_customer_conflict or pairs.is_contradicted then 9
            when pairs.amount_distance = 0 and pairs.date_distance <= windows.exact_days then 1
            when
                pairs.amount_distance = 0 and not pairs.is_cut_off
                and {{ within_window('posting_date') }}
                then 2
            when
                pairs.amount_distance = 0 and pairs.is_cut_off
                and {{ within_window('other_period') }}
                then 2
            when
                pairs.amount_distance <= windows.tolerance_amount_minor
                and pairs.amount_distance * 10000 <= coalesce(
                    windows.tolerance_bps * abs(pairs.expected_amount_minor),
                    pairs.amount_distance * 10000
                )
                and {{ within_window('tolerance') }}
                and sign(pairs.expected_amount_minor) = sign(pairs.recorded_amount_minor)
                then 3
            else 9
        end as match_tier
    from pairs
    inner join matching_windows as windows
        on pairs.leg = windows.leg
)

select * from pairs_by_reference
