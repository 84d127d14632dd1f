-- What minutes of telephone calls cost: each leg by a trunk is counted, by direction, at the price of its number's
-- beginning.
alter table legs add column direction text not null default '' check (direction in ('', 'in', 'out'));
alter table legs add column trunk text not null default '' check (length(trunk) <= 64);
-- In E.164 where it is known: who was called, or which number of ours was.
alter table legs add column number text not null default '' check (length(number) <= 100);

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

-- A key may keep a voice that another keeps, too.
alter table own_voices drop constraint own_voices_pkey;
alter table own_voices add primary key (owner, id);
