-- What was used, for quotas, costs and figures.

-- Every count under an id of its own: a record that comes again out of the journal counts once. Kept for some
-- weeks. An owner is a key; it is no reference, so that no count is ever refused.
create table usage_counts (
    id      uuid primary key,
    at      timestamptz not null,
    owner   uuid,
    kind    text not null check (length(kind) between 1 and 100),
    amount  double precision not null check (amount >= 0),
    engine  text not null default '' check (length(engine) <= 200),
    agent   text not null default '' check (length(agent) <= 100),
    flow    text not null default '' check (length(flow) <= 100),
    call_id uuid,
    -- US dollars; null: nobody knew it then.
    cost    double precision check (cost >= 0)
);
create index usage_counts_at on usage_counts (at);
create index usage_counts_call_id on usage_counts (call_id) where call_id is not null;

-- The same summed up by day (UTC): what quotas and reports read. A row belongs to one server, so that two never
-- wait for each other's.
create table usage_days (
    day      date not null,
    owner    uuid,
    kind     text not null check (length(kind) between 1 and 100),
    engine   text not null check (length(engine) <= 200),
    agent    text not null check (length(agent) <= 100),
    flow     text not null check (length(flow) <= 100),
    node_id  uuid not null,
    amount   double precision not null check (amount >= 0),
    -- The part of it whose cost was known when it was counted, and that cost in US dollars.
    priced   double precision not null default 0 check (priced >= 0),
    cost     double precision not null default 0 check (cost >= 0)
);
create unique index usage_days_once on usage_days (
    (coalesce(owner, '00000000-0000-0000-0000-000000000000')), day, kind, engine, agent, flow, node_id
);
create index usage_days_day on usage_days (day);
