-- The whole database at a glance. It is made by the numbered steps in migrations/, which the server applies at its
-- start; a test compares what both give. A change is a new step there and an edit here.

-- The steps that were applied.
create table migrations (
    number     integer primary key,
    name       text not null,
    hash       text not null,
    applied_at timestamptz not null default now()
);

-- For programs of the first version, which read `schema_version` and refuse what they do not know.
create table meta (
    key   text primary key check (length(key) <= 100),
    value text not null check (length(value) <= 1000)
);

-- The servers that share this database. One that is silent for long is dead, and its live calls are closed.
create table nodes (
    id         uuid primary key,
    host       text not null check (length(host) <= 255),
    started_at timestamptz not null default now(),
    seen_at    timestamptz not null default now()
);

-- Keys of the API: who may ask for what, and how much of it. A key is revoked, never deleted: what it made names it.
create table api_keys (
    id         uuid primary key default gen_random_uuid(),
    name       text not null check (length(name) between 1 and 100),
    -- How it begins, for people to tell keys apart; no secret.
    prefix     text not null check (length(prefix) between 1 and 20),
    -- SHA-256. A key is 256 random bits, which nobody finds by trying: a slow hash would protect nothing more.
    hash       bytea not null unique check (octet_length(hash) = 32),
    -- What it was before it was changed for another, for as long as that still counts.
    old_hash   bytea unique check (octet_length(old_hash) = 32),
    old_until  timestamptz,
    scopes     text[] not null,
    active     boolean not null default true,
    -- Requests a second in the long run, and how many at once; null: as the settings say.
    per_second double precision check (per_second > 0),
    burst      integer check (burst > 0),
    -- What it may use up in a calendar month (UTC), by kind; what is not named has no limit.
    quota      jsonb not null default '{}' check (jsonb_typeof(quota) = 'object'),
    created_at timestamptz not null default now(),
    rotated_at timestamptz,
    revoked_at timestamptz,
    constraint api_keys_old_whole check ((old_hash is null) = (old_until is null))
);
create index api_keys_newest on api_keys (created_at desc, id);

-- When each was used last, give or take a minute. Apart, since a change of a key is told to all servers.
create table api_key_uses (
    key     uuid primary key references api_keys,
    used_at timestamptz not null
);

-- Browsers that are signed in to the console, each by a cookie.
create table console_sessions (
    id         uuid primary key default gen_random_uuid(),
    -- SHA-256 of the cookie, as with keys.
    hash       bytea not null unique check (octet_length(hash) = 32),
    -- What it signed in with, as its own words.
    browser    text not null default '' check (length(browser) <= 300),
    source     text not null default '' check (length(source) <= 100),
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    revoked_at timestamptz,
    -- With which key it signed in; null: with the token, or by a link.
    key_id     uuid references api_keys
);

-- Who changed what, written in the transaction of the change. A line never changes.
create table audit_log (
    id      bigint generated always as identity primary key,
    at      timestamptz not null default now(),
    -- Null: the operator.
    key     uuid references api_keys,
    -- What that one was called then, and by what it was known: 'token', 'key', 'session', 'command'.
    actor   text not null check (length(actor) <= 100),
    how     text not null check (length(how) <= 20),
    source  text not null default '' check (length(source) <= 100),
    request text not null default '' check (length(request) <= 100),
    -- 'key.revoke', 'trunk.change' ..., and what it was done to.
    action  text not null check (length(action) between 1 and 100),
    subject text not null check (length(subject) <= 300),
    -- What is different now; no secrets.
    change  jsonb not null default '{}' check (jsonb_typeof(change) = 'object'),
    -- Of a line that may have waited on the disk for the database: it is written once, however often it comes.
    record  uuid
);
create unique index audit_log_record on audit_log (record) where record is not null;
create index audit_log_subject on audit_log (subject, id);
create index audit_log_key on audit_log (key, id);

create function audit_line_kept() returns trigger language plpgsql as $$
begin
    raise exception 'line % of the audit log never changes', old.id using errcode = 'restrict_violation';
end
$$;
create trigger audit_log_kept before update on audit_log for each row execute function audit_line_kept();

create table calls (
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
    node_id     uuid references nodes on delete set null,
    -- Whom the call began with; null for calls between phones.
    agent         text check (length(agent) <= 100),
    agent_version integer,
    -- What whoever placed it gave along for its agent.
    about       jsonb not null default '{}',
    -- Whose it is; null: the operator's.
    owner       uuid references api_keys,
    check ((state = 'ended') = (ended_at is not null)),
    constraint calls_agent_whole check ((agent is null) = (agent_version is null))
);
create index calls_newest on calls (started_at desc, id desc);
create index calls_agent on calls (agent, started_at desc, id desc) where agent is not null;
create index calls_live on calls (id) where state = 'live';
create index calls_owner on calls (owner, started_at desc, id desc) where owner is not null;

create table legs (
    id          uuid primary key,
    call_id     uuid not null references calls on delete cascade,
    kind        text not null check (length(kind) <= 100),
    ref         text not null check (length(ref) <= 1000),
    remote      text not null check (length(remote) <= 1000),
    codec       text not null check (length(codec) <= 100),
    opened_at   timestamptz not null,
    closed_at   timestamptz,
    stats       jsonb not null default '{}',
    direction   text not null default '' check (direction in ('', 'in', 'out')),
    -- By which it came or went; empty: none.
    trunk       text not null default '' check (length(trunk) <= 64),
    -- In E.164 where it is known: who was called, or which number of ours was.
    number      text not null default '' check (length(number) <= 100)
);
create index legs_call_id on legs (call_id);
create index legs_open on legs (call_id) where closed_at is null;

-- One line of the transcript. The same index written again replaces the line: the heard text grows.
create table turns (
    call_id     uuid not null references calls on delete cascade,
    index       integer not null check (index >= 0),
    speaker     text not null check (speaker in ('caller', 'agent', 'operator')),
    text        text not null check (length(text) <= 100000),
    heard       text not null check (length(heard) <= 100000),
    started_ms  bigint not null,
    ended_ms    bigint not null,
    confidence  real,
    understood  boolean not null,
    interrupted boolean not null,
    latency     jsonb not null default '{}',
    -- More of it will be heard. What is written of it later stays, whatever is written again.
    open        boolean not null default false,
    saved_at    timestamptz not null default now(),
    primary key (call_id, index)
);
-- For whoever searches in transcripts.
create index turns_words on turns using gin (to_tsvector('simple', text));

create table events (
    id       bigint generated always as identity primary key,
    call_id  uuid not null references calls on delete cascade,
    at_ms    bigint not null,
    kind     text not null check (length(kind) <= 100),
    data     jsonb not null default '{}',
    saved_at timestamptz not null default now()
);
-- A record that is written again after a lost connection must not become a second event.
create unique index events_once on events (call_id, at_ms, kind, md5(data::text));

create table recordings (
    call_id    uuid primary key references calls on delete cascade,
    path       text not null check (length(path) <= 4000),
    seconds    double precision not null check (seconds >= 0),
    size_bytes bigint not null check (size_bytes >= 0),
    saved_at   timestamptz not null default now()
);

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

-- What a flow achieved, e.g. the demo's booking. Written again to change it.
create table outcomes (
    call_id  uuid not null references calls on delete cascade,
    flow     text not null check (length(flow) between 1 and 100),
    status   text not null check (length(status) between 1 and 100),
    data     jsonb not null default '{}' check (jsonb_typeof(data) = 'object'),
    saved_at timestamptz not null default now(),
    -- As in flow_runs; null: nobody said which.
    flow_version integer,
    primary key (call_id, flow)
);

-- How well an agent heard its caller: what came over the line, and what was asked again.
create table hearing_reports (
    call_id         uuid primary key references calls on delete cascade,
    seconds         double precision not null check (seconds >= 0),
    noise_db        double precision,
    speech_db       double precision,
    snr_db          double precision,
    echo_loss_db    double precision,
    echo_delay_ms   double precision,
    clipping_pct    double precision not null,
    loss_pct        double precision,
    jitter_ms       double precision,
    double_talk_pct double precision not null,
    hum_hz          integer,
    hum_db          double precision,
    dc_pct          double precision not null,
    silent_s        double precision not null,
    music_s         double precision not null,
    talking_s       double precision not null,
    speech_s        double precision not null,
    looped          boolean not null,
    arrives         boolean,
    tones           jsonb not null default '[]' check (jsonb_typeof(tones) = 'array'),
    troubles        jsonb not null default '[]' check (jsonb_typeof(troubles) = 'array'),
    interruptions   jsonb not null default '{}' check (jsonb_typeof(interruptions) = 'object'),
    reasks          jsonb not null default '{}' check (jsonb_typeof(reasks) = 'object'),
    false_starts    integer not null check (false_starts >= 0),
    timings         jsonb not null default '{}' check (jsonb_typeof(timings) = 'object'),
    saved_at        timestamptz not null default now()
);

-- What a call came to, written after its end. A row comes with the call, so that none is forgotten: until it is
-- made somebody takes it (`node_id`) up to `not_before`, and from then on anybody may.
create table call_summaries (
    call_id           uuid primary key references calls on delete cascade,
    state             text not null default 'wanted' check (state in ('wanted', 'made', 'failed')),
    mode              text not null check (mode in ('auto', 'model', 'extractive')),
    llm               text[] not null default '{}',
    language          text not null check (length(language) <= 100),
    node_id           uuid,
    not_before        timestamptz not null default now(),
    tries             integer not null default 0 check (tries >= 0),
    summary           text not null default '' check (length(summary) <= 4000),
    outcome           text not null default '' check (length(outcome) <= 100),
    follow_ups        jsonb not null default '[]' check (jsonb_typeof(follow_ups) = 'array'),
    made_by           text not null default '' check (length(made_by) <= 100),
    model             text not null default '' check (length(model) <= 200),
    prompt_tokens     integer not null default 0 check (prompt_tokens >= 0),
    completion_tokens integer not null default 0 check (completion_tokens >= 0),
    -- US dollars; null: nobody knows the model's price.
    cost              double precision check (cost >= 0),
    fault             text not null default '' check (length(fault) <= 500),
    saved_at          timestamptz not null default now()
);
create index call_summaries_wanted on call_summaries (not_before) where state = 'wanted';

-- Who answers. `version` goes up with each change; empty lists and names mean the server's own choice.
create table agents (
    id         uuid primary key default gen_random_uuid(),
    name       text not null unique check (length(name) between 1 and 100),
    version    integer not null default 1,
    kind       text not null check (length(kind) between 1 and 100),
    flow       text not null default '' check (length(flow) <= 100),
    prompt     text not null default '' check (length(prompt) <= 100000),
    entry      text not null default '' check (length(entry) <= 1000),
    voice      text not null default '' check (length(voice) <= 100),
    language   text not null default '' check (length(language) <= 100),
    stt        text[] not null default '{}',
    tts        text[] not null default '{}',
    llm        text[] not null default '{}',
    turn       jsonb not null default '{}',
    recording  boolean not null default true,
    changed_at timestamptz not null default now(),
    -- What is to be known of its callers beyond their words: settings that differ from the usual.
    insight    jsonb not null default '{}',
    -- What its model may call, and settings of an agent that thinks with one.
    tools      text[] not null default '{}',
    assistant  jsonb not null default '{}',
    -- Sounds that are heard under its words: settings that differ from the usual.
    background jsonb not null default '{}',
    -- How long what belongs to its calls is kept, and what is left out of transcripts: settings that differ from the
    -- usual.
    retention  jsonb not null default '{}',
    redaction  jsonb not null default '{}',
    -- Whose it is; null: the operator's, and everybody's to use.
    owner      uuid references api_keys
);

-- What an agent keeps of a caller from call to call, where its row says so. Known by number (E.164) alone.
create table caller_facts (
    agent    text not null references agents (name) on update cascade on delete cascade,
    caller   text not null check (caller ~ '^\+[0-9]{3,20}$'),
    topic    text not null check (length(topic) between 1 and 60),
    fact     text not null check (length(fact) between 1 and 300),
    -- In which call it was learnt.
    call_id  uuid,
    saved_at timestamptz not null default now(),
    primary key (agent, caller, topic)
);
create index caller_facts_caller on caller_facts (caller);

-- Days that are not as usual, with hours of their own or none: [{"date", "label", "hours"}, ...].
create table calendars (
    name       text primary key check (name ~ '^[A-Za-z0-9._-]{1,64}$'),
    version    integer not null default 1,
    label      text not null default '' check (length(label) <= 200),
    days       jsonb not null default '[]' check (jsonb_typeof(days) = 'array'),
    changed_at timestamptz not null default now()
);
-- What leads to an agent: an address or number, with * for any characters and ? for one. The lowest priority goes first.
create table routes (
    id          bigint generated always as identity primary key,
    pattern     text not null check (length(pattern) between 1 and 1000),
    priority    integer not null default 100,
    agent       text not null references agents (name) on update cascade on delete cascade,
    valid_from  timestamptz,
    valid_until timestamptz,
    version     integer not null default 1,
    label       text not null default '' check (length(label) <= 200),
    -- When its agent answers, by the clocks of a time zone: {"mon": ["09:00-17:30"], ...}; null: at any time.
    time_zone   text not null default 'UTC' check (length(time_zone) between 1 and 100),
    hours       jsonb,
    calendar    text references calendars (name) on update cascade on delete restrict,
    -- What happens when it does not: at most one of the three, else the next route that fits counts.
    fallback_agent   text references agents (name) on update cascade on delete set null,
    fallback_ring    text not null default '' check (length(fallback_ring) <= 200),
    fallback_message text not null default '' check (length(fallback_message) <= 200),
    changed_at  timestamptz not null default now(),
    constraint routes_one_fallback check (
        (fallback_agent is not null)::int + (fallback_ring <> '')::int + (fallback_message <> '')::int <= 1)
);
create index routes_agent on routes (agent);
create index routes_calendar on routes (calendar) where calendar is not null;
create index routes_fallback_agent on routes (fallback_agent) where fallback_agent is not null;

create function agent_changed() returns trigger language plpgsql as $$
begin
    new.version := old.version + 1;
    new.changed_at := now();
    return new;
end
$$;
create trigger agents_version before update on agents for each row execute function agent_changed();

-- The server keeps both tables in memory and is told of each change.
create function directory_changed() returns trigger language plpgsql as $$
begin
    perform pg_notify('voiceforge_directory', tg_table_name);
    return null;
end
$$;
create trigger agents_told after insert or update or delete or truncate on agents
    for each statement execute function directory_changed();
create trigger routes_told after insert or update or delete or truncate on routes
    for each statement execute function directory_changed();
create trigger routes_version before update on routes for each row execute function agent_changed();
create trigger calendars_version before update on calendars for each row execute function agent_changed();
create trigger calendars_told after insert or update or delete or truncate on calendars
    for each statement execute function directory_changed();

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

-- Servers keep both in memory and are told of each change.
create trigger api_keys_told after insert or update or delete or truncate on api_keys
    for each statement execute function directory_changed();
create trigger console_sessions_told after insert or update or delete or truncate on console_sessions
    for each statement execute function directory_changed();

-- Other servers that are called and that call. The server keeps a copy in memory and is told of each change.
create table trunks (
    name       text primary key check (name ~ '^[A-Za-z0-9._-]{1,64}$'),
    version    integer not null default 1,
    settings   jsonb not null check (jsonb_typeof(settings) = 'object'),
    -- Sealed with the key file of the data folder.
    secrets    text not null default '' check (length(secrets) <= 10000),
    changed_at timestamptz not null default now()
);
create trigger trunks_version before update on trunks for each row execute function agent_changed();
create trigger trunks_told after insert or update or delete or truncate on trunks
    for each statement execute function directory_changed();

-- What was called out, by minute, server and whose it is, so that a restart forgets no limit.

create table outbound_usage (
    minute  timestamptz not null,
    node_id uuid not null,
    scope   text not null check (length(scope) between 1 and 200),
    calls   bigint not null check (calls >= 0),
    ms      bigint not null check (ms >= 0),
    micros  bigint not null check (micros >= 0),
    primary key (minute, node_id, scope)
);

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

-- Models by which passages were made into vectors. The vectors are in knowledge_vectors, which is made where the
-- extension pgvector can be had, once there are any (mediaserver/storage/vectors.py): not every database has it,
-- nor may everybody add it.

create table knowledge_models (
    id         integer generated always as identity primary key,
    model      text not null check (length(model) between 1 and 1500),
    dimensions integer not null check (dimensions between 1 and 16000),
    unique (model, dimensions)
);

-- Flows: documents with versions that never change, one of which is published, or two that share the calls.

create table flows (
    name          text primary key check (name ~ '^[A-Za-z0-9._-]{1,64}$'),
    published     integer,
    -- A second version, and how many of a hundred calls have it.
    split_version integer,
    split_percent integer check (split_percent between 1 and 99),
    created_at    timestamptz not null default now(),
    updated_at    timestamptz not null default now(),
    -- Whose it is; null: the operator's, and everybody's to use.
    owner         uuid references api_keys,
    constraint flows_split_whole check ((split_version is null) = (split_percent is null)),
    constraint flows_split_of_two check (split_version is null or split_version <> published)
);

create table flow_versions (
    flow     text not null references flows (name) on delete cascade,
    number   integer not null check (number > 0),
    -- As text, since the order of nodes is part of how people read it.
    document json not null check (octet_length(document::text) <= 2000000),
    -- SHA-256 of its canonical form, in hex.
    hash     text not null check (length(hash) = 64),
    state    text not null check (state in ('valid', 'draft')),
    findings json not null default '[]' check (json_typeof(findings) = 'array'),
    note     text not null default '' check (length(note) <= 500),
    made_by  text not null default '' check (length(made_by) <= 100),
    made_at  timestamptz not null default now(),
    primary key (flow, number)
);
alter table flows add constraint flows_published foreign key (name, published) references flow_versions;
alter table flows add constraint flows_split foreign key (name, split_version) references flow_versions;

-- What callers met, and since when.
create table flow_publications (
    id            bigint generated always as identity primary key,
    flow          text not null references flows (name) on delete cascade,
    version       integer,
    split_version integer,
    split_percent integer,
    made_by       text not null default '' check (length(made_by) <= 100),
    made_at       timestamptz not null default now()
);
create index flow_publications_flow on flow_publications (flow);

create function flow_version_kept() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        if not exists (select from flows where name = old.flow) then
            return old;
        end if;
        raise exception 'version % of the flow % is kept as long as the flow', old.number, old.flow
            using errcode = 'restrict_violation';
    end if;
    raise exception 'version % of the flow % never changes: save another', old.number, old.flow
        using errcode = 'restrict_violation';
end
$$;
create trigger flow_versions_kept before update or delete on flow_versions
    for each row execute function flow_version_kept();

create function flow_changed() returns trigger language plpgsql as $$
declare
    draft integer;
begin
    select min(number) into draft from flow_versions
        where flow = new.name and number in (new.published, new.split_version) and state <> 'valid';
    if draft is not null then
        raise exception 'version % of the flow % is a draft: no call may have it', draft, new.name
            using errcode = 'check_violation';
    end if;
    new.updated_at := now();
    return new;
end
$$;
create trigger flows_changed before insert or update on flows for each row execute function flow_changed();

-- The working copy of a flow: saved while somebody draws, and no version until it is kept as one.
create table flow_drafts (
    flow       text primary key references flows (name) on delete cascade,
    -- As text, since the order of nodes is part of how people read it.
    document   json not null check (octet_length(document::text) <= 2000000),
    -- The version that it began from; null: none.
    base       integer check (base > 0),
    -- Counts its changes: who would undo another's is told.
    revision   integer not null default 1 check (revision > 0),
    made_by    text not null default '' check (length(made_by) <= 100),
    changed_at timestamptz not null default now()
);

-- What flows may prove themselves with, each to one host alone. Sealed with the key file of the data folder.
create table flow_secrets (
    name       text primary key check (name ~ '^[A-Za-z0-9_-]{1,60}$'),
    host       text not null check (length(host) between 1 and 255),
    sealed     text not null check (length(sealed) <= 20000),
    changed_at timestamptz not null default now()
);

create trigger flows_told after insert or update or delete or truncate on flows
    for each statement execute function directory_changed();
create trigger flow_secrets_told after insert or update or delete or truncate on flow_secrets
    for each statement execute function directory_changed();

-- Which call had which version of a flow, whatever it came to. 0: the one that comes with the server.
create table flow_runs (
    call_id  uuid not null references calls on delete cascade,
    flow     text not null check (length(flow) between 1 and 100),
    version  integer not null check (version >= 0),
    began_at timestamptz not null default now(),
    primary key (call_id, flow, version)
);
create index flow_runs_flow on flow_runs (flow, version);

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

-- What a unit of something costs, as the operator says: costs are worked out from it when somebody asks.
create table usage_prices (
    kind   text not null check (length(kind) between 1 and 100),
    -- An engine's name, a model's for tokens; '*': any that is not named.
    engine text not null check (length(engine) between 1 and 200),
    -- The first day (UTC) that it counts for.
    since  date not null,
    -- US dollars for so many units of the kind.
    price  double precision not null check (price >= 0),
    per    double precision not null check (per > 0),
    primary key (kind, engine, since)
);

-- The same of telephone calls: of each leg by a trunk.
create table phone_prices (
    -- '*': any that has no price of its own.
    trunk      text not null check (length(trunk) between 1 and 64),
    direction  text not null check (direction in ('in', 'out')),
    -- The beginning of a number, with its +; empty: any. The longest that fits counts.
    prefix     text not null check (prefix ~ '^(\+[0-9]{1,15})?$'),
    since      date not null,
    -- US dollars.
    per_minute double precision not null check (per_minute >= 0),
    connection double precision not null default 0 check (connection >= 0),
    -- Seconds that are paid for at least, and at a time after that.
    first_s    integer not null default 60 check (first_s between 1 and 3600),
    step_s     integer not null default 60 check (step_s between 1 and 3600),
    primary key (trunk, direction, prefix, since)
);

-- Events that must not be lost: each is written in the transaction of what it tells of, and read by its number.
-- Numbers follow the order of commits: they are drawn under a lock that is held until the transaction ends, so
-- that whoever has read up to a number has read all that will ever stand before it. A transaction that is undone
-- leaves a gap. (The sequence must not be cached: a session would hand its store of numbers out late.)
create table outbox (
    seq     bigint generated always as identity (cache 1) primary key,
    -- When it happened, as far as that is known; else when it was written.
    at      timestamptz not null default clock_timestamp(),
    -- Whose it is; null: the operator's.
    owner   uuid references api_keys,
    topic   text not null check (topic ~ '^[a-z_]+(\.[a-z_]+)*$' and length(topic) <= 100),
    call_id uuid references calls on delete cascade,
    data    jsonb not null check (jsonb_typeof(data) = 'object')
);
create index outbox_owner on outbox (owner, seq) where owner is not null;
create index outbox_call on outbox (call_id, seq) where call_id is not null;

-- Up to where events were swept away. One row.
create table outbox_swept (
    one boolean primary key default true check (one),
    seq bigint not null default 0
);
insert into outbox_swept default values;

create function outbox_in_order() returns trigger language plpgsql as $$
begin
    perform pg_advisory_xact_lock(8245937402164015);
    return null;
end
$$;
create trigger outbox_ordered before insert on outbox for each statement execute function outbox_in_order();

create function outbox_told() returns trigger language plpgsql as $$
begin
    perform pg_notify('voiceforge_events', '');
    return null;
end
$$;
create trigger outbox_told after insert on outbox for each statement execute function outbox_told();

-- The queue of jobs and its schedules, as the library pgqueuer 1.6 installs them (`pgq sql install`). They are its
-- own; a test compares them with what the installed version wants, and says which statements the next step needs.
CREATE TYPE pgqueuer_status AS ENUM ('queued', 'picked', 'successful', 'exception', 'canceled', 'deleted', 'failed');

CREATE TABLE pgqueuer (
    id bigserial NOT NULL PRIMARY KEY,
    priority integer NOT NULL,
    queue_manager_id uuid,
    created timestamp with time zone NOT NULL DEFAULT now(),
    updated timestamp with time zone NOT NULL DEFAULT now(),
    heartbeat timestamp with time zone NOT NULL DEFAULT now(),
    execute_after timestamp with time zone NOT NULL DEFAULT now(),
    status pgqueuer_status NOT NULL,
    entrypoint text NOT NULL,
    dedupe_key text,
    payload bytea,
    headers jsonb,
    attempts integer NOT NULL DEFAULT 0,
    slot bigint
);

CREATE TABLE pgqueuer_log (
    id bigint GENERATED BY DEFAULT AS IDENTITY NOT NULL PRIMARY KEY,
    created timestamp with time zone NOT NULL DEFAULT now(),
    job_id bigint NOT NULL,
    status pgqueuer_status NOT NULL,
    priority integer NOT NULL,
    entrypoint text NOT NULL,
    traceback jsonb,
    aggregated boolean DEFAULT false
);

CREATE TABLE pgqueuer_schedules (
    id bigserial NOT NULL PRIMARY KEY,
    expression text NOT NULL,
    entrypoint text NOT NULL,
    heartbeat timestamp with time zone NOT NULL DEFAULT now(),
    created timestamp with time zone NOT NULL DEFAULT now(),
    updated timestamp with time zone NOT NULL DEFAULT now(),
    next_run timestamp with time zone NOT NULL DEFAULT now(),
    last_run timestamp with time zone,
    status pgqueuer_status DEFAULT 'queued'::pgqueuer_status,
    UNIQUE (expression, entrypoint)
);

CREATE TABLE pgqueuer_statistics (
    id bigserial NOT NULL PRIMARY KEY,
    created timestamp with time zone NOT NULL DEFAULT date_trunc('sec'::text, now()),
    count bigint NOT NULL,
    priority integer NOT NULL,
    status pgqueuer_status NOT NULL,
    entrypoint text NOT NULL
);

CREATE INDEX pgqueuer_ep_ea_idx ON pgqueuer USING btree (entrypoint, execute_after) WHERE (status = 'queued'::pgqueuer_status);

CREATE INDEX pgqueuer_ep_prio_id_idx ON pgqueuer USING btree (entrypoint, priority DESC, id) WHERE (status = 'queued'::pgqueuer_status);

CREATE INDEX pgqueuer_log_created ON pgqueuer_log USING btree (created);

CREATE INDEX pgqueuer_log_job_id_status ON pgqueuer_log USING btree (job_id, created DESC);

CREATE INDEX pgqueuer_log_not_aggregated ON pgqueuer_log USING btree ((1)) WHERE (NOT aggregated);

CREATE INDEX pgqueuer_log_status ON pgqueuer_log USING btree (status);

CREATE INDEX pgqueuer_picked_heartbeat_idx ON pgqueuer USING btree (heartbeat) WHERE (status = 'picked'::pgqueuer_status);

CREATE UNIQUE INDEX pgqueuer_picked_slot_idx ON pgqueuer USING btree (entrypoint, slot) WHERE ((status = 'picked'::pgqueuer_status) AND (slot IS NOT NULL));

CREATE INDEX pgqueuer_priority_id_id1_idx ON pgqueuer USING btree (priority, id DESC) INCLUDE (id) WHERE (status = 'queued'::pgqueuer_status);

CREATE INDEX pgqueuer_queue_manager_id_idx ON pgqueuer USING btree (queue_manager_id) WHERE (queue_manager_id IS NOT NULL);

CREATE UNIQUE INDEX pgqueuer_statistics_unique_count ON pgqueuer_statistics USING btree (priority, date_trunc('sec'::text, timezone('UTC'::text, created)), status, entrypoint);

CREATE UNIQUE INDEX pgqueuer_unique_dedupe_key ON pgqueuer USING btree (dedupe_key) WHERE ((status = ANY (ARRAY['queued'::pgqueuer_status, 'picked'::pgqueuer_status])) AND (dedupe_key IS NOT NULL));

CREATE INDEX pgqueuer_updated_id_id1_idx ON pgqueuer USING btree (updated, id DESC) INCLUDE (id) WHERE (status = 'picked'::pgqueuer_status);

CREATE FUNCTION fn_pgqueuer_changed() RETURNS TRIGGER AS $$
DECLARE
    to_emit BOOLEAN := false;  -- Flag to decide whether to emit a notification
BEGIN
    -- Check operation type and set the emit flag accordingly
    IF TG_OP = 'UPDATE' AND OLD IS DISTINCT FROM NEW THEN
        to_emit := true;
    ELSIF TG_OP = 'DELETE' THEN
        to_emit := true;
    ELSIF TG_OP = 'INSERT' THEN
        to_emit := true;
    ELSIF TG_OP = 'TRUNCATE' THEN
        to_emit := true;
    END IF;

    -- Perform notification if the emit flag is set
    IF to_emit THEN
        PERFORM pg_notify(
            'ch_pgqueuer',
            json_build_object(
                'channel', 'ch_pgqueuer',
                'operation', lower(TG_OP),
                'sent_at', NOW(),
                'table', TG_TABLE_NAME,
                'type', 'table_changed_event'
            )::text
        );
    END IF;

    -- Return appropriate value based on the operation
    IF TG_OP IN ('INSERT', 'UPDATE') THEN
        RETURN NEW;
    ELSIF TG_OP = 'DELETE' THEN
        RETURN OLD;
    ELSE
        RETURN NULL; -- For TRUNCATE and other non-row-specific contexts
    END IF;

END;
$$ LANGUAGE plpgsql;

CREATE TRIGGER tg_pgqueuer_changed
AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON pgqueuer
EXECUTE FUNCTION fn_pgqueuer_changed();

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
insert into webhook_cursor default values;

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

-- Voices that keys keep for themselves: of the catalogue so far.
create table own_voices (
    id         text not null check (length(id) between 1 and 100),
    owner      uuid not null references api_keys,
    name       text not null check (length(name) between 1 and 100),
    language   text not null default '' check (length(language) <= 35),
    engine     text not null check (length(engine) between 1 and 100),
    created_at timestamptz not null default now(),
    primary key (owner, id)
);
create index own_voices_owner on own_voices (owner, created_at desc);

insert into meta (key, value) values ('schema_version', '2');
insert into agents (name, kind, flow) values ('demo', 'flow', 'booking'), ('echo', 'echo', '');
insert into routes (pattern, agent) values ('demo', 'demo'), ('echo', 'echo');

-- Agents and flows are changed by many hands, so the tables themselves tell of it. At the end of the
-- transaction: nobody waits for anything behind the lock of the outbox.
create function agent_in_outbox() returns trigger language plpgsql as $$
declare
    changed agents := coalesce(new, old);
begin
    insert into outbox (owner, topic, data) values (changed.owner, 'agent.changed', jsonb_build_object(
        'name', changed.name, 'version', changed.version,
        'change', case tg_op when 'INSERT' then 'created' when 'UPDATE' then 'changed' else 'deleted' end));
    return null;
end
$$;
create constraint trigger agents_in_outbox after insert or update or delete on agents
    deferrable initially deferred for each row execute function agent_in_outbox();

create function flow_in_outbox() returns trigger language plpgsql as $$
declare
    changed flows := coalesce(new, old);
begin
    insert into outbox (owner, topic, data) values (changed.owner, 'flow.changed', jsonb_build_object(
        'name', changed.name, 'published', changed.published, 'split_version', changed.split_version,
        'split_percent', changed.split_percent, 'version', null,
        'change', case tg_op when 'INSERT' then 'created' when 'UPDATE' then 'published' else 'deleted' end));
    return null;
end
$$;
create constraint trigger flows_in_outbox after insert or delete on flows
    deferrable initially deferred for each row execute function flow_in_outbox();
create constraint trigger flows_published_in_outbox after update on flows
    deferrable initially deferred for each row
    when (old.published is distinct from new.published or old.split_version is distinct from new.split_version
        or old.split_percent is distinct from new.split_percent)
    execute function flow_in_outbox();

create function flow_version_in_outbox() returns trigger language plpgsql as $$
begin
    insert into outbox (owner, topic, data)
        select owner, 'flow.changed', jsonb_build_object('name', name, 'published', published,
            'split_version', split_version, 'split_percent', split_percent, 'version', new.number,
            'change', 'saved')
        from flows where name = new.flow;
    return null;
end
$$;
create constraint trigger flow_versions_in_outbox after insert on flow_versions
    deferrable initially deferred for each row execute function flow_version_in_outbox();

-- Accounts at telephony providers (Twilio, Telnyx, …). The server keeps a copy in memory and is told of each change.

create table providers (
    name       text primary key check (name ~ '^[A-Za-z0-9._-]{1,64}$'),
    kind       text not null check (kind ~ '^[a-z][a-z0-9_]{0,31}$'),
    version    integer not null default 1,
    settings   jsonb not null check (jsonb_typeof(settings) = 'object'),
    -- Sealed with the key file of the data folder.
    secrets    text not null default '' check (length(secrets) <= 30000),
    changed_at timestamptz not null default now()
);
create trigger providers_version before update on providers for each row execute function agent_changed();
create trigger providers_told after insert or update or delete or truncate on providers
    for each statement execute function directory_changed();

-- Calls that telephony providers carry, as they tell of them. Numbers stand with the call itself.

create table provider_calls (
    -- Ours; the provider learns it with our addresses.
    session     uuid primary key,
    account     text not null check (length(account) between 1 and 64),
    kind        text not null check (length(kind) <= 32),
    -- The provider's own id; empty: it has told none yet.
    ref         text not null default '' check (length(ref) <= 200),
    direction   text not null check (direction in ('inbound', 'outbound')),
    -- None: nobody took it.
    call_id     uuid references calls on delete cascade,
    node_id     uuid,
    -- Where it is with us, and by the provider's word.
    phase       text not null check (length(phase) <= 32),
    state       text not null check (length(state) <= 32),
    code        integer,
    answered_by text not null default '' check (length(answered_by) <= 32),
    cost        double precision,
    currency    text not null default '' check (length(currency) <= 8),
    began_at    timestamptz not null,
    answered_at timestamptz,
    ended_at    timestamptz,
    changed_at  timestamptz not null default now()
);
create index provider_calls_ref on provider_calls (account, ref);
create index provider_calls_call on provider_calls (call_id);
create index provider_calls_open on provider_calls (account) where ended_at is null;

-- Text messages (SMS) that came in by accounts at telephony providers and went out by them.

create table provider_messages (
    id         uuid primary key default gen_random_uuid(),
    account    text not null check (length(account) <= 64),
    direction  text not null check (direction in ('in', 'out')),
    -- The provider's own id; empty until it has given one.
    ref        text not null default '' check (length(ref) <= 200),
    -- At the other end, and ours, in E.164 where they are numbers.
    number     text not null check (length(number) <= 64),
    ours       text not null default '' check (length(ours) <= 64),
    body       text not null check (length(body) <= 8000),
    -- What it is billed as.
    segments   integer not null check (segments >= 0),
    -- in: received, taken (an agent has it), kept (nobody answers; `detail` says why).
    -- out: queued, sent, delivered, undelivered, failed.
    state      text not null check (state in
        ('received', 'taken', 'kept', 'queued', 'sent', 'delivered', 'undelivered', 'failed')),
    detail     text not null default '' check (length(detail) <= 500),
    agent      text not null default '' check (length(agent) <= 64),
    -- The conversation, or the call that asked for it; it may be gone.
    call_id    uuid,
    -- Whose it is: of a key of the API; null: the operator's.
    owner      uuid,
    -- Of who asked for it: the same key twice is one message.
    key        text check (length(key) between 1 and 200),
    at         timestamptz not null default now(),
    changed_at timestamptz not null default now()
);
create unique index provider_messages_refs on provider_messages (account, direction, ref) where ref <> '';
create unique index provider_messages_keys on provider_messages (key) where key is not null;
create index provider_messages_newest on provider_messages (at desc, id desc);
create index provider_messages_conversations on provider_messages (account, number, ours, at desc, id desc);

-- Who wants to hear no more of us; a digest in the place of a number that was erased.
create table opt_outs (
    -- Empty: of all accounts.
    account text not null check (length(account) <= 64),
    number  text not null check (length(number) <= 64),
    -- What was written.
    word    text not null default '' check (length(word) <= 40),
    at      timestamptz not null default now(),
    channel text not null default 'text' check (channel in ('text', 'call', 'all')),
    primary key (account, number, channel)
);

-- Texts that came in and were removed: a provider's request that somebody has kept tells none of them anew.
create table erased_texts (
    -- Keyed, of the account and the provider's id: nobody learns from it what was written, or by whom.
    digest bytea primary key check (octet_length(digest) = 16)
);

-- Sound files that flows and agents play in calls: kept as they are played, 16-bit mono at 16 kHz.

create table prompts (
    name       text primary key check (name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$'),
    version    integer not null default 1,
    -- Whose it is; null: the operator's, and everybody's to use.
    owner      uuid references api_keys,
    -- What is said in it, for transcripts; empty: its name stands there.
    text       text not null default '' check (length(text) <= 4000),
    -- Of the file that was handed in.
    container  text not null check (length(container) <= 100),
    codec      text not null check (length(codec) <= 100),
    rate       integer not null check (rate > 0),
    channels   integer not null check (channels > 0),
    samples    integer not null check (samples > 0),
    audio      bytea not null check (octet_length(audio) = 2 * samples),
    created_at timestamptz not null default now(),
    changed_at timestamptz not null default now()
);
-- Samples do not shrink: nobody is to try that again for each.
alter table prompts alter column audio set storage external;
create index prompts_owner on prompts (owner);
create trigger prompts_version before update on prompts for each row execute function agent_changed();
create trigger prompts_told after insert or update or delete or truncate on prompts
    for each statement execute function directory_changed();
