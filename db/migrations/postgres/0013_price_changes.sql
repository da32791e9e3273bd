-- Every change of a price, from now on. A product whose price never changed has no row: its price is that of `products`.
create table price_changes (
  product_id bigint not null,
  -- That the change made.
  version bigint not null,
  before_minor bigint not null,
  after_minor bigint not null,
  at bigint not null,
  -- Null where the write did not tell: direct SQL, or a server of an older version.
  actor text,
  -- The import that it was part of.
  reference text,
  primary key (product_id, version)
);

-- An update by direct SQL may leave the version as it is.
create function record_price_change() returns trigger language plpgsql as $$
begin
  insert into price_changes (product_id, version, before_minor, after_minor, at)
  values (new.id, new.version, old.price_minor, new.price_minor, new.updated_at)
  on conflict (product_id, version) do update set after_minor = excluded.after_minor;
  return null;
end
$$;

create trigger price_changed after update of price_minor on products
for each row when (new.price_minor <> old.price_minor) execute function record_price_change();

insert into settings (name, value)
values ('prices: recorded since', (extract(epoch from clock_timestamp()) * 1000)::bigint::text);
