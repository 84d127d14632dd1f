-- Whether what we sent arrived, by what the far end reported.

alter table hearing_reports add column arrives boolean;
