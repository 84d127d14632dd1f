-- Lists of calls that are read page by page: the id tells those apart that began at the same moment.
drop index calls_started_at;
create index calls_newest on calls (started_at desc, id desc);
drop index calls_owner;
create index calls_owner on calls (owner, started_at desc, id desc) where owner is not null;
create index calls_agent on calls (agent, started_at desc, id desc) where agent is not null;

-- Requests that were done under an Idempotency-Key, with their answers, for a day: the same key does them once.
create table idempotency_keys (
    -- Null: the operator's.
    owner   uuid references api_keys,
    -- Method and path.
    route   text not null check (length(route) between 1 and 200),
    key     text not null check (length(key) between 1 and 200),
    -- SHA-256 of what was asked for.
    request bytea not null check (octet_length(request) = 32),
    status  integer not null check (status between 200 and 299),
    answer  text not null check (length(answer) <= 100000),
    made_at timestamptz not null default now()
);
create unique index idempotency_keys_once on idempotency_keys
    (coalesce(owner, '00000000-0000-0000-0000-000000000000'::uuid), route, key);
create index idempotency_keys_made_at on idempotency_keys (made_at);
