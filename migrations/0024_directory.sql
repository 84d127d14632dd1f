-- Telephone numbers of ours, hours and calendars of routes, what happens outside of them; erasures.

-- Days that are not as usual, with hours of their own or none: [{"date", "label", "hours"}, ...].
create table calendars (
    name       text primary key check (name ~ '^[A-Za-z0-9._-]{1,64}$'),
    version    integer not null default 1,
    label      text not null default '' check (length(label) <= 200),
    days       jsonb not null default '[]' check (jsonb_typeof(days) = 'array'),
    changed_at timestamptz not null default now()
);
create trigger calendars_version before update on calendars for each row execute function agent_changed();
create trigger calendars_told after insert or update or delete or truncate on calendars
    for each statement execute function directory_changed();

-- When a route's agent answers, by the clocks of a time zone, and what happens when it does not: at most one of
-- the three, else the next route that fits counts.
alter table routes
    add column version          integer not null default 1,
    add column label            text not null default '' check (length(label) <= 200),
    add column time_zone        text not null default 'UTC' check (length(time_zone) between 1 and 100),
    -- {"mon": ["09:00-17:30"], ...}; null: at any time.
    add column hours            jsonb,
    add column calendar         text references calendars (name) on update cascade on delete restrict,
    add column fallback_agent   text references agents (name) on update cascade on delete set null,
    add column fallback_ring    text not null default '' check (length(fallback_ring) <= 200),
    add column fallback_message text not null default '' check (length(fallback_message) <= 200),
    add column changed_at       timestamptz not null default now(),
    add constraint routes_one_fallback check (
        (fallback_agent is not null)::int + (fallback_ring <> '')::int + (fallback_message <> '')::int <= 1);
create index routes_calendar on routes (calendar) where calendar is not null;
create index routes_fallback_agent on routes (fallback_agent) where fallback_agent is not null;
create trigger routes_version before update on routes for each row execute function agent_changed();

-- Telephone numbers that are ours. One without agent and route leads where the routes' patterns say.
create table numbers (
    number     text primary key check (number ~ '^\+[1-9][0-9]{6,14}$'),
    version    integer not null default 1,
    label      text not null default '' check (length(label) <= 200),
    -- By which trunk it comes in, or whose it is; for people.
    trunk      text not null default '' check (length(trunk) <= 64),
    provider   text not null default '' check (length(provider) <= 64),
    agent      text references agents (name) on update cascade on delete set null,
    route      bigint references routes on delete set null,
    changed_at timestamptz not null default now(),
    constraint numbers_one_way check (agent is null or route is null)
);
create index numbers_agent on numbers (agent) where agent is not null;
create index numbers_route on numbers (route) where route is not null;
create trigger numbers_version before update on numbers for each row execute function agent_changed();
create trigger numbers_told after insert or update or delete or truncate on numbers
    for each statement execute function directory_changed();

-- How long what belongs to its calls is kept, and what is left out of transcripts: settings that differ from the usual.
alter table agents
    add column retention jsonb not null default '{}',
    add column redaction jsonb not null default '{}';

-- Callers whose data are removed, until nothing is left. The number goes with its last data.
create table erasures (
    id          uuid primary key default gen_random_uuid(),
    caller      text not null check (length(caller) <= 40),
    state       text not null default 'running' check (state in ('running', 'done')),
    asked_by    text not null default '' check (length(asked_by) <= 200),
    -- Calls up to this id were looked at in this round; a round begins anew while something could not be removed.
    done_to     uuid,
    -- In this round: what has to be tried again, and why the last of it could not be removed.
    left_over   integer not null default 0 check (left_over >= 0),
    fault       text not null default '' check (length(fault) <= 500),
    -- How much of each kind was removed.
    removed     jsonb not null default '{}' check (jsonb_typeof(removed) = 'object'),
    created_at  timestamptz not null default now(),
    finished_at timestamptz,
    constraint erasures_whole check ((state = 'done') = (finished_at is not null))
);
create index erasures_running on erasures (created_at) where state = 'running';
