-- grain: one row per item_id
with

entries as (
    select * from {{ ref('int_posted_entries') }}
),

granularities as (
    select * from {{ ref('posting_granularity') }}
    where leg = 'ledger'
),

dated_entries as (
    select
        entries.*,
        coalesce(granularities.granularity, 'document') as granularity,
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

-- A company that books a kind of event once a day or once a month names the journal after the day
-- or the month, not after any document.
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

expected_items as (
    select
        'ledger:expected:' || entity_id || ':' || event_type || ':' || item_reference
        || ':' || account_role || ':' || cast(item_date as {{ dbt.type_string() }}) as item_id,
        entity_id,
        account_role,
        event_type,
        item_reference as document_reference,
        case when max(granularity) = 'document' then min(customer_id) end as customer_id,
        case
            when min(counterparty_reference) = max(counterparty_reference)
                then min(counterparty_reference)
        end as counterparty_reference,
        case when max(granularity) = 'document' then min(invoice_id) end as invoice_id,
        functional_currency_code as currency_code,
        cast(sum(functional_amount_minor) as {{ dbt.type_bigint() }}) as amount_minor,
        case when min(currency_code) = max(currency_code) then min(currency_code) end
            as transaction_currency_code,
        case
            when min(currency_code) = max(currency_code)
                then cast(sum(amount_minor) as {{ dbt.type_bigint() }})
        end as transaction_amount_minor,
        count(*) as part_count,
        item_date,
        max(recorded_at) as recorded_at,
        min(source_name) as source_name,
        min(source_table) as source_table,
        case
            when min(source_record_id) = max(source_record_id) then min(source_record_id)
            when max(granularity) = 'document' then item_reference
        end as source_record_id
    from named_entries
    group by
        entity_id,
        account_role,
        event_type,
        item_reference,
        functional_currency_code,
        item_date
    having sum(functional_amount_minor) <> 0
)

select * from expected_items
