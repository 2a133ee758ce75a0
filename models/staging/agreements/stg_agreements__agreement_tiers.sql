-- grain: one row per source_relation, source_record_id, version_number
with

landed as (
    select * from {{ raw('agreements', 'agreement_tier') }}
),

typed as (
    select
        {{ trimmed('source_relation') }} as source_relation,
        {{ trimmed('agreement_line_id') }} as agreement_line_reference,
        {{ minor_units('tier_number', 0) }} as tier_number,
        coalesce(
            cast({{ minor_units('tier_number', 0) }} as {{ dbt.type_string() }}),
            {{ trimmed('tier_number') }}
        ) as tier_text,
        {{ millionths('up_to_quantity') }} as up_to_quantity_millionths,
        up_to_quantity is not null and {{ millionths('up_to_quantity') }} is null
            as has_unreadable_end,
        {{ exact_price('unit_price') }} as unit_price,
        unit_price is not null and {{ exact_price('unit_price') }} is null
            as has_unreadable_price,
        {{ exact_decimal('flat_amount') }} as flat_amount_major,
        flat_amount is not null and {{ exact_decimal('flat_amount') }} is null
            as has_unreadable_amount,
        {{ utc_timestamp('_loaded_at') }} as synced_at
    from landed
),

versioned as (
    select
        *,
        agreement_line_reference || ':' || tier_text as source_record_id,
        row_number() over (
            partition by source_relation, agreement_line_reference || ':' || tier_text
            order by
                synced_at desc nulls last, up_to_quantity_millionths desc nulls last,
                unit_price asc, flat_amount_major asc, has_unreadable_end asc,
                has_unreadable_price asc, has_unreadable_amount asc,
                agreement_line_reference asc, tier_text asc
        ) as version_number
    from typed
),

-- The currency is the line's, so a flat amount becomes minor units where the two meet.
agreement_tiers as (
    select
        {{ prefixed_id('agreements', 'source_relation', 'agreement_line_reference') }}
            as agreement_line_id,
        tier_number,
        up_to_quantity_millionths,
        unit_price,
        flat_amount_major,
        'agreements' as source_name,
        'agreement_tier' as source_table,
        source_record_id,
        source_relation,
        version_number,
        synced_at as recorded_at,
        synced_at,
        case
            when source_record_id is null then 'missing_key'
            when tier_number is null or tier_number < 1 then 'missing_key'
            when has_unreadable_end then 'unreadable_quantity'
            when up_to_quantity_millionths <= 0 then 'impossible_quantity'
            when has_unreadable_price then 'unreadable_price'
            when has_unreadable_amount then 'unreadable_amount'
            when unit_price is null and flat_amount_major is null then 'unreadable_price'
        end as quarantine_reason,
        case
            when source_record_id is not null and version_number > 1 then 'superseded'
        end as ignore_reason
    from versioned
)

select * from agreement_tiers
