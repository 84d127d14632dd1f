-- What was said in calls, for whoever searches in transcripts (mediaserver/storage/call_words.py).
create index turns_words on turns using gin (to_tsvector('simple', text));
