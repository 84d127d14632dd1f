-- Messages that the caller left, each a file of its own.
create table messages (
    call_id    uuid not null references calls on delete cascade,
    index      integer not null check (index >= 0),
    -- Since the answer.
    at_ms      bigint not null check (at_ms >= 0),
    path       text not null check (length(path) <= 4000),
    seconds    double precision not null check (seconds >= 0),
    size_bytes bigint not null check (size_bytes >= 0),
    -- What was understood of it; empty where nothing was, or nobody was asked.
    transcript text not null default '' check (length(transcript) <= 20000),
    saved_at   timestamptz not null default now(),
    primary key (call_id, index)
);
