-- grain: one row per bank_line_id
with

bank_lines as (
    select
        *,
        lower(coalesce(reference_text, '') || ' ' || coalesce(description, '')) as line_text
    from {{ ref('int_bank_lines') }}
),

quoted_references as (
    select * from {{ ref('int_quoted_references') }}
),

bank_line_rules as (
    select * from {{ ref('bank_line_rules') }}
),

topups as (
    select distinct
        entity_id,
        coalesce(object_reference, source_record_id) as document_reference
    from {{ ref('int_processor_transactions') }}
    where kind = 'topup'
),

payments as (
    select * from {{ ref('int_payments') }}
    where is_out_of_band and amount_minor > 0
),

-- What the payer quoted speaks before the bank's own text.
quotes as (
    select
        bank_lines.bank_line_id,
        coalesce(reference_quotes.document_reference, description_quotes.document_reference)
            as document_reference,
        coalesce(reference_quotes.document_kind, description_quotes.document_kind)
            as document_kind
    from bank_lines
    left join quoted_references as reference_quotes
        on
            bank_lines.entity_id = reference_quotes.entity_id
            and bank_lines.source_name = reference_quotes.source_name
            and lower(trim(bank_lines.reference_text)) = reference_quotes.quoted_text
    left join quoted_references as description_quotes
        on
            bank_lines.entity_id = description_quotes.entity_id
            and bank_lines.source_name = description_quotes.source_name
            and lower(trim(bank_lines.description)) = description_quotes.quoted_text
),

fitting_rules as (
    select
        bank_lines.bank_line_id,
        bank_line_rules.line_class,
        bank_line_rules.event_type,
        row_number() over (
            partition by bank_lines.bank_line_id
            order by bank_line_rules.priority asc
        ) as rule_rank
    from bank_lines
    inner join bank_line_rules
        on
            {{ dbt.position('bank_line_rules.must_contain', 'bank_lines.line_text') }} > 0
            and coalesce(bank_line_rules.bank_account, bank_lines.bank_account, '')
            = coalesce(bank_lines.bank_account, '')
),

-- A document says more than words: only a line that names none is judged by its text.
bank_line_classes as (
    select
        bank_lines.bank_line_id,
        bank_lines.entity_id,
        quotes.document_reference,
        case
            when quotes.document_kind = 'payout' then 'payout'
            when topups.document_reference is not null then 'topup'
            when payments.payment_id is not null then 'external_payment'
            when quotes.document_reference is null then fitting_rules.line_class
        end as line_class,
        case
            when payments.payment_id is not null then 'external_payment_received'
            when quotes.document_reference is null then fitting_rules.event_type
        end as event_type,
        payments.invoice_id,
        payments.customer_id
    from bank_lines
    inner join quotes
        on bank_lines.bank_line_id = quotes.bank_line_id
    left join topups
        on
            bank_lines.entity_id = topups.entity_id
            and quotes.document_reference = topups.document_reference
    left join payments
        on
            quotes.document_kind = 'invoice'
            and bank_lines.entity_id = payments.entity_id
            and bank_lines.currency_code = payments.currency_code
            and quotes.document_reference = payments.source_record_id
    left join fitting_rules
        on
            bank_lines.bank_line_id = fitting_rules.bank_line_id
            and fitting_rules.rule_rank = 1
)

select * from bank_line_classes
