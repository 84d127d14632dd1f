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
