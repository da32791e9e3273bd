-- Which key wrote what and when: one entry for each operation that wrote, sign-ins, and scheduled backups.
create table audit (
  id integer primary key,
  at integer not null,
  -- Null for what no request asked for.
  request_id text,
  -- Null where it was no key of `api_keys`.
  key_id integer,
  actor text not null,
  operation text not null,
  subject text not null,
  -- Null where the operation has no single subject, or did not come to it.
  subject_id text,
  -- 'begun', 'done', or the code of the refusal.
  outcome text not null
) strict;

create index audit_by_time on audit (at);

create trigger audit_not_changed before update on audit begin
  select raise(abort, 'entries of the audit are never changed');
end;

create trigger audit_not_deleted before delete on audit
when old.at > unixepoch('subsec') * 1000 - 30 * 86400000 begin
  select raise(abort, 'entries of the audit stay for 30 days at least');
end;
