-- grain: one row per item_id, source_name, source_table, source_record_id
with

expected_items as (
    select * from {{ ref('int_expected_items') }}
),

recorded_items as (
    select * from {{ ref('int_recorded_items') }}
),

entries as (
    select * from {{ ref('int_posted_entries') }}
),

granularities as (
    select * from {{ ref('posting_granularity') }}
    where leg = 'ledger'
),

usage_parts as (
    select * from {{ ref('int_usage_item_parts') }}
),

dated_entries as (
    select
        entries.*,
        granularities.granularity,
        case
            when granularities.granularity = 'month' and entries.posted_period is null
                then cast({{ dbt.last_day('entries.entry_date', 'month') }} as date)
            else entries.entry_date
        end as item_date,
        coalesce(entries.original_date, entries.entry_date) as named_date
    from entries
    left join granularities
        on entries.event_type = granularities.event_type
),

-- The same name that int_expected_ledger_items gives an item, for every entry behind it.
named_entries as (
    select
        dated_entries.*,
        case dated_entries.granularity
            when 'day_by_source'
                then dated_entries.event_type || ':' || dated_entries.source_name || ':'
                    || cast(dated_entries.named_date as {{ dbt.type_string() }})
            when 'day'
                then dated_entries.event_type || ':'
                    || cast(dated_entries.named_date as {{ dbt.type_string() }})
            when 'month'
                then dated_entries.event_type || ':'
                    || substring(cast(dated_entries.named_date as {{ dbt.type_string() }}), 1, 7)
            else dated_entries.document_reference
        end as item_reference
    from dated_entries
),

entry_parts as (
    select
        'ledger:expected:' || entity_id || ':' || event_type || ':' || item_reference
        || ':' || account_role || ':' || cast(item_date as {{ dbt.type_string() }}) as item_id,
        source_name,
        source_table,
        source_record_id,
        functional_currency_code as currency_code,
        functional_amount_minor as amount_minor
    from named_entries
),

ledger_parts as (
    select
        expected_items.item_id,
        entry_parts.source_name,
        entry_parts.source_table,
        entry_parts.source_record_id,
        entry_parts.currency_code,
        cast(sum(entry_parts.amount_minor) as {{ dbt.type_bigint() }}) as amount_minor
    from entry_parts
    inner join expected_items
        on entry_parts.item_id = expected_items.item_id
    group by
        expected_items.item_id, entry_parts.source_name, entry_parts.source_table,
        entry_parts.source_record_id, entry_parts.currency_code
),

item_parts as (
    select * from ledger_parts
    union all
    select
        item_id,
        source_name,
        source_table,
        source_record_id,
        currency_code,
        amount_minor
    from usage_parts
    union all
    select
        item_id,
        source_name,
        source_table,
        source_record_id,
        currency_code,
        amount_minor
    from expected_items
    where leg not in ('ledger', 'usage')
    union all
    select
        item_id,
        source_name,
        source_table,
        source_record_id,
        currency_code,
        amount_minor
    from recorded_items
    where leg <> 'usage'
)

select * from item_parts
