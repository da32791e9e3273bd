-- Which key wrote what and when: one entry for each operation that wrote, sign-ins, and scheduled backups.
create table audit (
  id bigint generated always as identity primary key,
  at bigint not null,
  -- Null for what no request asked for.
  request_id text,
  -- Null where it was no key of `api_keys`.
  key_id bigint,
  actor text not null,
  operation text not null,
  subject text not null,
  -- Null where the operation has no single subject, or did not come to it.
  subject_id text,
  -- 'begun', 'done', or the code of the refusal.
  outcome text not null
);

create index audit_by_time on audit (at, id);

create function refuse_audit_change() returns trigger language plpgsql as $$
begin
  raise exception 'entries of the audit are never changed, and stay for 30 days at least';
end
$$;

create trigger audit_not_changed before update or truncate on audit
for each statement execute function refuse_audit_change();

create trigger audit_not_deleted before delete on audit
for each row when (old.at > extract(epoch from clock_timestamp()) * 1000 - 30 * 86400000::bigint)
execute function refuse_audit_change();
