-- grain: one row per source_relation, source_record_id, version_number
with

typed as (
    select * from {{ ref('stg_agreements__agreement_lines_typed') }}
),

agreement_lines as (
    select
        {{ prefixed_id('agreements', 'source_relation', 'source_record_id') }}
            as agreement_line_id,
        {{ prefixed_id('agreements', 'source_relation', 'agreement_reference') }} as agreement_id,
        client_reference,
        service_reference,
        quantity_basis,
        count_measure,
        committed_quantity_millionths,
        included_quantity_millionths,
        minimum_amount_minor,
        pricing_model,
        package_size_millionths,
        unit_price,
        unit_cost,
        proration,
        billing_timing,
        agreement_kind,
        bundled_in_service_reference,
        currency_code,
        effective_from,
        effective_to,
        'agreements' as source_name,
        'agreement_line' as source_table,
        source_record_id,
        source_relation,
        version_number,
        coalesce(updated_at, synced_at) as recorded_at,
        synced_at,
        case
            when source_record_id is null then 'missing_key'
            when client_reference is null then 'missing_client'
            when service_reference is null then 'missing_service'
            when
                coalesce(quantity_basis, '') not in ('committed', 'vendor_count', 'metered')
                or coalesce(pricing_model, '') not in (
                    'per_unit', 'graduated', 'volume', 'package'
                )
                or proration not in ('none', 'daily')
                or billing_timing not in ('advance', 'arrears')
                or agreement_kind not in ('standard', 'client_specific', 'trial', 'internal')
                then 'unknown_agreement_term'
            -- How a month of daily counts becomes one quantity is agreed, not guessed.
            when
                quantity_basis = 'vendor_count'
                and coalesce(count_measure, '') not in ('daily_average', 'maximum', 'last')
                then 'unknown_agreement_term'
            when
                has_unreadable_quantity or included_quantity_millionths is null
                or (quantity_basis = 'committed' and committed_quantity_millionths is null)
                or (pricing_model = 'package' and package_size_millionths is null)
                then 'unreadable_quantity'
            when
                committed_quantity_millionths < 0 or included_quantity_millionths < 0
                or package_size_millionths <= 0
                then 'impossible_quantity'
            when
                has_unreadable_price or unit_cost < 0
                or (pricing_model in ('per_unit', 'package') and unit_price is null)
                then 'unreadable_price'
            when currency_code is null then 'missing_currency'
            when not is_known_currency then 'unknown_currency'
            when minimum_amount_minor is null then 'unreadable_amount'
            when effective_from is null or has_unreadable_time or effective_to <= effective_from
                then 'unreadable_time'
        end as quarantine_reason,
        case
            when source_record_id is not null and version_number > 1 then 'superseded'
        end as ignore_reason
    from typed
)

select * from agreement_lines
