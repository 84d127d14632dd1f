-- Models by which passages were made into vectors. The vectors are in knowledge_vectors, which is made where the
-- extension pgvector can be had, once there are any (mediaserver/storage/vectors.py): not every database has it,
-- nor may everybody add it.

create table knowledge_models (
    id         integer generated always as identity primary key,
    model      text not null check (length(model) between 1 and 1500),
    dimensions integer not null check (dimensions between 1 and 16000),
    unique (model, dimensions)
);
