-- `autoincrement`: the id of a deleted product is never given to another.
create table products (
  id integer primary key autoincrement,
  sku text unique,
  name text not null,
  price_minor integer not null check (price_minor >= 0),
  stock_level integer not null check (stock_level between 0 and 1000000000),
  version integer not null default 1,
  created_at integer not null,
  updated_at integer not null
) strict;

create index products_by_name on products (name, id);
create index products_by_price on products (price_minor, id);
create index products_by_stock_level on products (stock_level, id);
create index products_by_updated_at on products (updated_at, id);

create table settings (
  name text primary key,
  value text not null
) strict, without rowid;

-- The index keeps no copy of the names (content='products'); the triggers keep it in step within the same
-- transaction, also for a change made directly in SQL.
create virtual table product_names using fts5 (
  name,
  content = 'products',
  content_rowid = 'id',
  tokenize = 'unicode61 remove_diacritics 2',
  prefix = '2 3'
);

create trigger products_name_created after insert on products begin
  insert into product_names (rowid, name) values (new.id, new.name);
end;

create trigger products_name_deleted after delete on products begin
  insert into product_names (product_names, rowid, name) values ('delete', old.id, old.name);
end;

create trigger products_name_changed after update of name on products when old.name is not new.name begin
  insert into product_names (product_names, rowid, name) values ('delete', old.id, old.name);
  insert into product_names (rowid, name) values (new.id, new.name);
end;
