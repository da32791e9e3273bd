-- Of a kind of subjects, and of a single one.
create index audit_by_kind on audit (subject, at, id);
create index audit_by_subject on audit (subject_id, subject, at, id);
