-- grain: one row per agreement_line_id, flaw
with

agreement_lines as (
    select * from {{ ref('int_agreement_lines') }}
),

tier_facts as (
    select * from {{ ref('int_agreement_tier_facts') }}
),

flaw_wordings as (
    select * from {{ ref('agreement_flaws') }}
),

tiers_without_line as (
    select
        tier_facts.agreement_line_id,
        tier_facts.entity_id
    from tier_facts
    left join agreement_lines
        on tier_facts.agreement_line_id = agreement_lines.agreement_line_id
    where agreement_lines.agreement_line_id is null
),

described as (
    select
        agreement_lines.*,
        coalesce(agreement_lines.pricing_model, '') in ('graduated', 'volume') as has_tiers,
        coalesce(tier_facts.tiers_out_of_order, 0) as tiers_out_of_order,
        coalesce(tier_facts.most_tiers_of_a_number, 0) as most_tiers_of_a_number,
        coalesce(tier_facts.unreadable_tiers, 0) as unreadable_tiers,
        flaw_wordings.flaw,
        flaw_wordings.priority,
        flaw_wordings.reason
    from agreement_lines
    cross join flaw_wordings
    left join tier_facts
        on agreement_lines.agreement_line_id = tier_facts.agreement_line_id
),

flaws_of_lines as (
    select
        agreement_line_id,
        flaw,
        entity_id,
        priority,
        reason,
        -- What staging could not read is said in general only where nothing more exact is known.
        row_number() over (
            partition by agreement_line_id order by priority, flaw
        ) as flaw_rank
    from described
    where
        case flaw
            when 'ends_before_it_begins' then effective_to <= effective_from
            when 'unknown_quantity_basis'
                then coalesce(quantity_basis, '') not in ('committed', 'vendor_count', 'metered')
            when 'unknown_count_measure'
                then
                    quantity_basis = 'vendor_count'
                    and coalesce(count_measure, '') not in ('daily_average', 'maximum', 'last')
            when 'unknown_pricing_model'
                then
                    coalesce(pricing_model, '') not in (
                        'per_unit', 'graduated', 'volume', 'package'
                    )
            when 'unknown_proration' then coalesce(proration, '') not in ('none', 'daily')
            when 'unknown_currency' then currency_exponent is null
            when 'unreadable_included_quantity' then included_quantity_millionths is null
            when 'other_units' then units_millionths <> 1000000
            when 'missing_price'
                then pricing_model in ('per_unit', 'package') and unit_price is null
            when 'missing_package_size'
                then
                    pricing_model = 'package' and coalesce(package_size_millionths, 0) <= 0
            when 'missing_committed_quantity'
                then quantity_basis = 'committed' and committed_quantity_millionths is null
            when 'negative_committed_quantity' then committed_quantity_millionths < 0
            when 'negative_included_quantity' then included_quantity_millionths < 0
            when 'unreadable_minimum' then minimum_amount_minor is null
            when 'negative_minimum' then minimum_amount_minor < 0
            when 'missing_tiers' then has_tiers and most_tiers_of_a_number = 0
            when 'unreadable_tier' then has_tiers and unreadable_tiers > 0
            when 'two_tiers_with_one_number' then has_tiers and most_tiers_of_a_number > 1
            when 'tiers_not_ascending' then has_tiers and tiers_out_of_order > 0
            when 'unreadable_line' then quarantine_reason is not null
        end
),

agreement_flaws as (
    select
        agreement_line_id,
        flaw,
        entity_id,
        priority,
        reason,
        flaw_rank
    from flaws_of_lines
    where flaw <> 'unreadable_line' or flaw_rank = 1
    union all
    select
        tiers_without_line.agreement_line_id,
        flaw_wordings.flaw,
        tiers_without_line.entity_id,
        flaw_wordings.priority,
        flaw_wordings.reason,
        1 as flaw_rank
    from tiers_without_line
    cross join flaw_wordings
    where flaw_wordings.flaw = 'tiers_without_line'
)

select * from agreement_flaws
