-- The whole database. Applied at every start, so each statement must do no harm when it runs again.
-- Later changes are added below as further idempotent statements (alter table ... add column if not exists).

create table if not exists meta (
    key   text primary key check (length(key) <= 100),
    value text not null check (length(value) <= 1000)
);

create table if not exists calls (
    id          uuid primary key,
    direction   text not null check (direction in ('inbound', 'outbound')),
    from_uri    text not null check (length(from_uri) <= 2000),
    to_uri      text not null check (length(to_uri) <= 2000),
    app         text not null check (length(app) <= 100),
    state       text not null default 'live' check (state in ('live', 'ended')),
    started_at  timestamptz not null,
    answered_at timestamptz,
    ended_at    timestamptz,
    ended_by    text check (length(ended_by) <= 100),
    why         text check (length(why) <= 200),
    code        integer,
    detail      text not null default '' check (length(detail) <= 2000),
    check ((state = 'ended') = (ended_at is not null))
);
create index if not exists calls_started_at on calls (started_at desc);
create index if not exists calls_live on calls (id) where state = 'live';

create table if not exists legs (
    id          uuid primary key,
    call_id     uuid not null references calls on delete cascade,
    kind        text not null check (length(kind) <= 100),
    sip_call_id text not null check (length(sip_call_id) <= 1000),
    remote      text not null check (length(remote) <= 1000),
    codec       text not null check (length(codec) <= 100),
    opened_at   timestamptz not null,
    closed_at   timestamptz,
    stats       jsonb not null default '{}'
);
create index if not exists legs_call_id on legs (call_id);

-- One line of the transcript. The same index written again replaces the line: the heard text grows.
create table if not exists turns (
    call_id     uuid not null references calls on delete cascade,
    index       integer not null check (index >= 0),
    speaker     text not null check (speaker in ('caller', 'agent')),
    text        text not null check (length(text) <= 100000),
    heard       text not null check (length(heard) <= 100000),
    started_ms  bigint not null,
    ended_ms    bigint not null,
    confidence  real,
    understood  boolean not null,
    interrupted boolean not null,
    latency     jsonb not null default '{}',
    saved_at    timestamptz not null default now(),
    primary key (call_id, index)
);

create table if not exists events (
    id       bigint generated always as identity primary key,
    call_id  uuid not null references calls on delete cascade,
    at_ms    bigint not null,
    kind     text not null check (length(kind) <= 100),
    data     jsonb not null default '{}',
    saved_at timestamptz not null default now()
);
-- A record that is written again after a lost connection must not become a second event.
create unique index if not exists events_once on events (call_id, at_ms, kind, md5(data::text));

create table if not exists recordings (
    call_id    uuid primary key references calls on delete cascade,
    path       text not null check (length(path) <= 4000),
    seconds    double precision not null check (seconds >= 0),
    size_bytes bigint not null check (size_bytes >= 0),
    saved_at   timestamptz not null default now()
);

create table if not exists bookings (
    call_id    uuid primary key references calls on delete cascade,
    place      text not null check (length(place) <= 200),
    day        date not null,
    time       time not null,
    minutes    integer not null check (minutes > 0),
    people     integer not null check (people > 0),
    status     text not null check (status in ('held', 'confirmed', 'cancelled')),
    saved_at   timestamptz not null default now()
);
create index if not exists bookings_day on bookings (day, time);

insert into meta (key, value) values ('schema_version', '1') on conflict (key) do nothing;
