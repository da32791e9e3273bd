-- Every change of a price, from now on. A product whose price never changed has no row: its price is that of `products`.
create table price_changes (
  product_id integer not null,
  -- That the change made.
  version integer not null,
  before_minor integer not null,
  after_minor integer not null,
  at integer not null,
  -- Null where the write did not tell: direct SQL, or a server of an older version.
  actor text,
  -- The import that it was part of.
  reference text,
  primary key (product_id, version)
) strict, without rowid;

-- An update by direct SQL may leave the version as it is.
create trigger price_changed after update of price_minor on products when new.price_minor <> old.price_minor begin
  insert into price_changes (product_id, version, before_minor, after_minor, at)
  values (new.id, new.version, old.price_minor, new.price_minor, new.updated_at)
  on conflict do update set after_minor = excluded.after_minor;
end;

insert into settings (name, value)
values ('prices: recorded since', cast(cast(unixepoch('subsec') * 1000 as integer) as text));
