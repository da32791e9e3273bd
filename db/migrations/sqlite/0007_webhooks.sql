-- `autoincrement`: deliveries outlive their endpoint for a while, and must not pass to another one.
create table webhook_endpoints (
  id integer primary key autoincrement,
  url text not null,
  description text,
  -- Separated by spaces.
  events text not null,
  format text not null,
  min_spend_micros integer not null,
  state text not null,
  -- Which changes of products these events are made of: all, those of the stock, or none, as while it is disabled.
  product_changes text not null check (product_changes in ('all', 'stock', 'none')),
  -- As it is: it signs. The one before it signs as well until then.
  secret text not null,
  previous_secret text,
  previous_secret_until integer,
  created_at integer not null,
  updated_at integer not null
) strict;

-- Changes of products that some endpoint wants to know, until they are made deliveries.
create table webhook_outbox (
  id integer primary key autoincrement,
  kind text not null,
  product_id integer not null,
  sku text,
  name text not null,
  version integer not null,
  stock_before integer,
  stock_level integer,
  low_stock_at integer,
  at integer not null
) strict;

create table webhook_deliveries (
  id integer primary key autoincrement,
  endpoint_id integer not null,
  -- Random: a database that was set back to a backup gives no new event the id of an old one.
  event_id text not null,
  type text not null,
  -- Deliveries of one subject to one endpoint happen in the order of their ids.
  subject text not null,
  body text not null,
  state text not null,
  attempts integer not null,
  -- Null while an earlier delivery of its subject is pending. During an attempt, when its lease ends.
  due_at integer,
  retry_until integer not null,
  created_at integer not null,
  finished_at integer,
  -- Of the last attempt.
  status integer,
  error text
) strict;

create index webhook_deliveries_by_endpoint on webhook_deliveries (endpoint_id, id);
create index webhook_deliveries_parked on webhook_deliveries (endpoint_id, id) where state = 'parked';
create index webhook_deliveries_pending on webhook_deliveries (endpoint_id, subject, id) where state = 'pending';
create index webhook_deliveries_due on webhook_deliveries (endpoint_id, due_at) where due_at is not null;
create index webhook_deliveries_finished on webhook_deliveries (finished_at) where finished_at is not null;

create trigger product_created_told after insert on products
when exists (select 1 from webhook_endpoints where product_changes = 'all') begin
  insert into webhook_outbox (kind, product_id, sku, name, version, stock_before, stock_level, low_stock_at, at)
  values ('created', new.id, new.sku, new.name, new.version, null, new.stock_level, new.low_stock_at, new.updated_at);
end;

create trigger product_updated_told after update on products
when exists (
  select 1 from webhook_endpoints
  where product_changes = 'all' or (product_changes = 'stock' and new.stock_level <> old.stock_level)
) begin
  insert into webhook_outbox (kind, product_id, sku, name, version, stock_before, stock_level, low_stock_at, at)
  values ('updated', new.id, new.sku, new.name, new.version, old.stock_level, new.stock_level, new.low_stock_at,
    new.updated_at);
end;

create trigger product_deleted_told after delete on products
when exists (select 1 from webhook_endpoints where product_changes = 'all') begin
  insert into webhook_outbox (kind, product_id, sku, name, version, stock_before, stock_level, low_stock_at, at)
  values ('deleted', old.id, old.sku, old.name, old.version, old.stock_level, null, null,
    cast(unixepoch('subsec') * 1000 as integer));
end;
