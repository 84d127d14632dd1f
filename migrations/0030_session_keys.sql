-- With which key a browser signed in: it is signed out with that key, also when the audit log is long swept.
alter table console_sessions add column key_id uuid references api_keys;
update console_sessions set key_id = began.key
from audit_log began
where began.action = 'session.begin' and began.subject = concat('session:', console_sessions.id)
    and began.key is not null;
