-- What was asked of calls stands in the audit log, too. Such a line may have waited on the disk for the database,
-- and come twice: its id says so.
alter table audit_log add column record uuid;
create unique index audit_log_record on audit_log (record) where record is not null;
