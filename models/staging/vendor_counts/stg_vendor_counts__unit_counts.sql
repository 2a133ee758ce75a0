-- grain: one row per source_relation, source_record_id, version_number
with

landed as (
    select * from {{ raw('vendor_counts', 'unit_count') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

typed as (
    select
        {{ trimmed('landed.source_relation') }} as source_relation,
        {{ trimmed('landed.unit_count_id') }} as source_record_id,
        {{ trimmed('landed.vendor_name') }} as vendor_name,
        cast({{ utc_timestamp('landed.count_date') }} as date) as count_date,
        {{ trimmed('landed.client_reference') }} as client_reference,
        {{ trimmed('landed.service_reference') }} as service_reference,
        {{ millionths('landed.quantity') }} as quantity_millionths,
        {{ millionths('landed.inactive_quantity') }} as inactive_quantity_millionths,
        landed.inactive_quantity is not null
        and {{ millionths('landed.inactive_quantity') }} is null as has_unreadable_inactive,
        lower(coalesce({{ trimmed('landed.licence_kind') }}, 'standard')) as licence_kind,
        cast({{ utc_timestamp('landed.cancelled_on') }} as date) as cancelled_on,
        landed.cancelled_on is not null and {{ utc_timestamp('landed.cancelled_on') }} is null
            as has_unreadable_cancellation,
        {{ exact_price('landed.unit_cost') }} as unit_cost,
        landed.unit_cost is not null as states_unit_cost,
        upper({{ trimmed('landed.currency') }}) as currency_code,
        currencies.currency_code is not null as is_known_currency,
        {{ truth('landed.is_estimated', 'false') }} as is_estimated,
        {{ utc_timestamp('landed._loaded_at') }} as synced_at
    from landed
    left join currencies
        on upper({{ trimmed('landed.currency') }}) = currencies.currency_code
),

versioned as (
    select
        *,
        row_number() over (
            partition by source_relation, source_record_id
            order by
                synced_at desc nulls last, quantity_millionths desc nulls last, count_date asc,
                vendor_name asc, client_reference asc, service_reference asc, licence_kind asc,
                inactive_quantity_millionths asc, has_unreadable_inactive asc, cancelled_on asc,
                has_unreadable_cancellation asc, unit_cost asc, states_unit_cost asc,
                currency_code asc, is_estimated asc
        ) as version_number
    from typed
),

unit_counts as (
    select
        {{ prefixed_id('vendor_counts', 'source_relation', 'source_record_id') }} as unit_count_id,
        vendor_name,
        count_date,
        client_reference,
        service_reference,
        quantity_millionths,
        inactive_quantity_millionths,
        licence_kind,
        cancelled_on,
        unit_cost,
        currency_code,
        is_estimated,
        'vendor_counts' as source_name,
        'unit_count' as source_table,
        source_record_id,
        source_relation,
        version_number,
        coalesce(synced_at, cast(count_date as {{ dbt.type_timestamp() }})) as recorded_at,
        synced_at,
        case
            when source_record_id is null then 'missing_key'
            when vendor_name is null then 'missing_vendor'
            when client_reference is null then 'missing_client'
            when service_reference is null then 'missing_service'
            when quantity_millionths is null or has_unreadable_inactive then 'unreadable_quantity'
            -- Nobody holds fewer units than none, or has more of them idle than there are.
            when quantity_millionths < 0 or inactive_quantity_millionths < 0
                then 'impossible_quantity'
            when inactive_quantity_millionths > quantity_millionths then 'impossible_quantity'
            when licence_kind not in ('standard', 'temporary', 'trial', 'internal')
                then 'unknown_licence_kind'
            when states_unit_cost and (unit_cost is null or unit_cost < 0) then 'unreadable_price'
            when states_unit_cost and currency_code is null then 'missing_currency'
            when currency_code is not null and not is_known_currency then 'unknown_currency'
            when count_date is null or has_unreadable_cancellation then 'unreadable_time'
        end as quarantine_reason,
        case
            when source_record_id is not null and version_number > 1 then 'superseded'
        end as ignore_reason
    from versioned
)

select * from unit_counts
