-- What a flow achieved, whichever flow: the demo's bookings become outcomes. A leg's other side names it in its own
-- logs by more than a SIP Call-ID.

create table outcomes (
    call_id  uuid not null references calls on delete cascade,
    flow     text not null check (length(flow) between 1 and 100),
    status   text not null check (length(status) between 1 and 100),
    data     jsonb not null default '{}' check (jsonb_typeof(data) = 'object'),
    saved_at timestamptz not null default now(),
    primary key (call_id, flow)
);

insert into outcomes (call_id, flow, status, data, saved_at)
select call_id, 'booking', status,
    jsonb_build_object('place', place, 'day', day::text, 'time', to_char(time, 'HH24:MI'), 'minutes', minutes,
        'people', people),
    saved_at
from bookings;
drop table bookings;

alter table legs rename column sip_call_id to ref;
alter table legs rename constraint legs_sip_call_id_check to legs_ref_check;

-- The first version reads this and refuses to run on tables that it does not know.
update meta set value = '2' where key = 'schema_version';
