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

-- A line of which more will be heard. What is written of it later stays, whatever is written again.
alter table turns add column open boolean not null default false;

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
