-- grain: one row per source_relation, source_record_id, version_number
with

landed as (
    select * from {{ raw('agreements', 'agreement_line') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

-- Absent means none; present and unreadable stays null and is found later.
typed as (
    select
        {{ trimmed('landed.source_relation') }} as source_relation,
        {{ trimmed('landed.agreement_line_id') }} as source_record_id,
        {{ trimmed('landed.agreement_id') }} as agreement_reference,
        {{ trimmed('landed.client_reference') }} as client_reference,
        {{ trimmed('landed.service_reference') }} as service_reference,
        lower({{ trimmed('landed.quantity_basis') }}) as quantity_basis,
        lower({{ trimmed('landed.count_measure') }}) as count_measure,
        {{ millionths('landed.committed_quantity') }} as committed_quantity_millionths,
        case
            when landed.included_quantity is null then 0
            else {{ millionths('landed.included_quantity') }}
        end as included_quantity_millionths,
        case
            when landed.minimum_amount is null then 0
            else {{ minor_units('landed.minimum_amount', 'currencies.exponent') }}
        end as minimum_amount_minor,
        lower({{ trimmed('landed.pricing_model') }}) as pricing_model,
        {{ millionths('landed.package_size') }} as package_size_millionths,
        {{ exact_price('landed.unit_price') }} as unit_price,
        {{ exact_price('landed.unit_cost') }} as unit_cost,
        coalesce(lower({{ trimmed('landed.proration') }}), 'none') as proration,
        coalesce(lower({{ trimmed('landed.billing_timing') }}), 'arrears') as billing_timing,
        coalesce(lower({{ trimmed('landed.agreement_kind') }}), 'standard') as agreement_kind,
        {{ trimmed('landed.bundled_in_service_reference') }} as bundled_in_service_reference,
        upper({{ trimmed('landed.currency') }}) as currency_code,
        currencies.currency_code is not null as is_known_currency,
        cast({{ utc_timestamp('landed.effective_from') }} as date) as effective_from,
        cast({{ utc_timestamp('landed.effective_to') }} as date) as effective_to,
        {{ utc_timestamp('landed.updated_at') }} as updated_at,
        (landed.effective_to is not null and {{ utc_timestamp('landed.effective_to') }} is null)
        or (landed.updated_at is not null and {{ utc_timestamp('landed.updated_at') }} is null)
            as has_unreadable_time,
        (landed.unit_price is not null and {{ exact_price('landed.unit_price') }} is null)
        or (landed.unit_cost is not null and {{ exact_price('landed.unit_cost') }} is null)
            as has_unreadable_price,
        (
            landed.committed_quantity is not null
            and {{ millionths('landed.committed_quantity') }} is null
        )
        or (landed.package_size is not null and {{ millionths('landed.package_size') }} is null)
            as has_unreadable_quantity,
        {{ utc_timestamp('landed._loaded_at') }} as synced_at
    from landed
    left join currencies
        on upper({{ trimmed('landed.currency') }}) = currencies.currency_code
),

agreement_lines_typed as (
    select
        *,
        row_number() over (
            partition by source_relation, source_record_id
            order by
                synced_at desc nulls last, updated_at desc nulls last, effective_from asc,
                effective_to asc, agreement_reference asc, client_reference asc,
                service_reference asc, quantity_basis asc, count_measure asc,
                committed_quantity_millionths asc, included_quantity_millionths asc,
                minimum_amount_minor asc, pricing_model asc, package_size_millionths asc,
                unit_price asc, unit_cost asc, proration asc, billing_timing asc,
                agreement_kind asc, bundled_in_service_reference asc, currency_code asc,
                has_unreadable_time asc, has_unreadable_price asc, has_unreadable_quantity asc
        ) as version_number
    from typed
)

select * from agreement_lines_typed
