-- grain: one row per item_id, loose_name
with

lone_postings as (
    select * from {{ ref('int_break_items') }}
    where status = 'recorded_only' and quoted_text is not null
),

positions as (
    {{ dbt.generate_series(12) }}
),

texts as (
    select
        item_id,
        leg,
        entity_id,
        translate(lower(quoted_text), ',;:()#', '      ') as word_text
    from lone_postings
),

-- The first twelve words, each alone and together with the next: `INV 0007` is INV-0007.
words as (
    select
        texts.item_id,
        texts.leg,
        texts.entity_id,
        {{ dbt.split_part(
            'texts.word_text', "' '", 'cast(positions.generated_number as int)'
        ) }} as word,
        {{ dbt.split_part(
            'texts.word_text', "' '", 'cast(positions.generated_number as int) + 1'
        ) }} as next_word
    from texts
    cross join positions
),

spellings as (
    select
        item_id,
        leg,
        entity_id,
        word as exact_name,
        word as spelling
    from words
    where word <> ''
    union all
    select
        item_id,
        leg,
        entity_id,
        null as exact_name,
        word || next_word as spelling
    from words
    where word <> '' and next_word <> ''
),

quoted_words as (
    select
        item_id,
        leg,
        entity_id,
        {{ loose_name('spelling') }} as loose_name,
        min(exact_name) as exact_name
    from spellings
    group by
        item_id,
        leg,
        entity_id,
        {{ loose_name('spelling') }}
)

select * from quoted_words
