-- A key itself is stored nowhere: `prefix` is its public part, `hash` the SHA-256 of the whole.
create table api_keys (
  id integer primary key autoincrement,
  prefix text not null unique,
  hash text not null,
  name text not null,
  -- Separated by spaces.
  scopes text not null,
  created_at integer not null,
  expires_at integer,
  last_used_at integer,
  revoked_at integer
) strict;

-- Who is signed in on the page. `hash` is of the cookie's token; without `key_id` it was ADMIN_KEY that signed in.
create table sessions (
  hash text primary key,
  key_id integer,
  created_at integer not null,
  expires_at integer not null
) strict, without rowid;

create index sessions_by_age on sessions (expires_at);

-- Another value whenever a key or session that held before may hold no longer. Random, not counted up: a database
-- that was set back to a backup never comes by itself to a value that once stood for other keys.
create table key_state (
  only_row integer primary key check (only_row = 1),
  state text not null
) strict;

insert into key_state values (1, lower(hex(randomblob(16))));

create trigger key_changed after update of prefix, hash, name, scopes, expires_at, revoked_at on api_keys begin
  update key_state set state = lower(hex(randomblob(16)));
end;

create trigger key_deleted after delete on api_keys begin
  update key_state set state = lower(hex(randomblob(16)));
end;

create trigger session_changed after update on sessions begin
  update key_state set state = lower(hex(randomblob(16)));
end;

create trigger session_deleted after delete on sessions begin
  update key_state set state = lower(hex(randomblob(16)));
end;
