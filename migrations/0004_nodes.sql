-- Which server a call belongs to: several on one database must not end each other's live calls.

create table nodes (
    id         uuid primary key,
    host       text not null check (length(host) <= 255),
    started_at timestamptz not null default now(),
    seen_at    timestamptz not null default now()
);

-- Calls from before this step belong to nobody who lives.
alter table calls add column node_id uuid references nodes on delete set null;
