-- Of a kind of subjects, and of a single one. The rowid, which is the id, ends each entry of an index.
create index audit_by_kind on audit (subject, at);
create index audit_by_subject on audit (subject_id, subject, at);
