-- Where events are sent to. The secrets are sealed with the key file of the data folder.
create table webhooks (
    id            uuid primary key default gen_random_uuid(),
    -- Whose events are sent; null: everybody's, and the operator's.
    owner         uuid references api_keys,
    url           text not null check (length(url) between 1 and 2000),
    -- With * for anything.
    topics        text[] not null check (cardinality(topics) between 1 and 20),
    description   text not null default '' check (length(description) <= 500),
    active        boolean not null default true,
    secret        text not null check (length(secret) <= 1000),
    old_secret    text check (length(old_secret) <= 1000),
    old_until     timestamptz,
    -- Events behind this number of the outbox are sent.
    since         bigint not null,
    -- Since when nothing reached it; null: the last try did.
    failing_since timestamptz,
    fault         text not null default '' check (length(fault) <= 500),
    delivered_at  timestamptz,
    -- Switched off by us, since nothing reached it for long.
    disabled_at   timestamptz,
    created_at    timestamptz not null default now(),
    constraint webhooks_old_whole check ((old_secret is null) = (old_until is null))
);
create index webhooks_newest on webhooks (created_at desc, id);

-- What is sent there: each waits until it is delivered or given up, and is kept for a while then.
create table webhook_deliveries (
    -- `webhook-id` of all tries.
    id         uuid primary key default gen_random_uuid(),
    webhook_id uuid not null references webhooks on delete cascade,
    -- Of the event; null: a ping.
    seq        bigint,
    topic      text not null check (length(topic) <= 100),
    call_id    uuid references calls on delete cascade,
    body       text not null,
    state      text not null default 'waiting' check (state in ('waiting', 'delivered', 'dead')),
    tries      integer not null default 0 check (tries >= 0),
    -- Of the last try: what was answered, or why nothing was, and how long it took.
    status     integer,
    fault      text not null default '' check (length(fault) <= 500),
    took_ms    integer,
    created_at timestamptz not null default now(),
    tried_at   timestamptz,
    -- One event goes to one endpoint once.
    unique (webhook_id, seq)
);
create index webhook_deliveries_newest on webhook_deliveries (webhook_id, created_at desc, id);
create index webhook_deliveries_call on webhook_deliveries (call_id) where call_id is not null;
create index webhook_deliveries_old on webhook_deliveries (created_at) where state <> 'waiting';

-- Up to which number of the outbox deliveries were made. One row.
create table webhook_cursor (
    one boolean primary key default true check (one),
    seq bigint not null default 0
);
insert into webhook_cursor (seq) select coalesce(max(seq), 0) from outbox;
