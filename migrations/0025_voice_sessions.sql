-- Conversations that a web application begins for its visitors, and voices that keys own.

create table voice_sessions (
    id         uuid primary key default gen_random_uuid(),
    owner      uuid references api_keys,
    -- SHA-256 in hex of what its visitor proves itself with, in the place of a key.
    token_hash text not null check (length(token_hash) = 64),
    -- Whom it is with, and how: as the API was asked.
    settings   jsonb not null check (jsonb_typeof(settings) = 'object'),
    created_at timestamptz not null default now(),
    ended_at   timestamptz
);
create index voice_sessions_owner on voice_sessions (owner, created_at desc, id desc);

-- Its calls: one each time that its visitor comes anew. The call's own row may be written later.
create table voice_session_calls (
    session_id uuid not null references voice_sessions on delete cascade,
    call_id    uuid not null,
    began_at   timestamptz not null default now(),
    primary key (session_id, call_id)
);
create index voice_session_calls_call on voice_session_calls (call_id);

create table own_voices (
    id         text primary key check (length(id) between 1 and 100),
    owner      uuid not null references api_keys,
    name       text not null check (length(name) between 1 and 100),
    language   text not null default '' check (length(language) <= 35),
    engine     text not null check (length(engine) between 1 and 100),
    created_at timestamptz not null default now()
);
create index own_voices_owner on own_voices (owner, created_at desc);
