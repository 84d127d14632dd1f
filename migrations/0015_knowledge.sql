-- Documents that agents may search: their passages, and the words in them.

create table knowledge_documents (
    id         uuid primary key default gen_random_uuid(),
    -- What agents name; several may share one.
    collection text not null check (collection ~ '^[A-Za-z0-9_-]{1,40}$'),
    name       text not null check (length(name) between 1 and 200),
    -- SHA-256 of the file, in hex.
    digest     text not null check (length(digest) = 64),
    language   text not null check (length(language) <= 100),
    -- Of PostgreSQL's full-text search.
    config     text not null check (length(config) <= 100),
    pages      integer,
    passages   integer not null check (passages > 0),
    bytes      bigint not null check (bytes >= 0),
    added_at   timestamptz not null default now(),
    unique (collection, name),
    unique (collection, digest)
);

create table knowledge_passages (
    id          bigint generated always as identity primary key,
    document_id uuid not null references knowledge_documents on delete cascade,
    collection  text not null,
    config      text not null,
    index       integer not null check (index >= 0),
    heading     text not null check (length(heading) <= 2000),
    page        integer,
    text        text not null check (length(text) between 1 and 8000),
    -- Headings weigh A, the text D.
    terms       tsvector not null
);
create index knowledge_passages_document on knowledge_passages (document_id);
create index knowledge_passages_terms on knowledge_passages using gin (terms) with (fastupdate = off);

-- In how many passages a word is, and its trigrams, by which words near to one that was misheard are found.
create table knowledge_words (
    collection text not null,
    config     text not null,
    word       text not null check (length(word) <= 2000),
    passages   integer not null,
    trigrams   text[] not null,
    primary key (collection, config, word)
);
create index knowledge_words_trigrams on knowledge_words using gin (trigrams) with (fastupdate = off);
