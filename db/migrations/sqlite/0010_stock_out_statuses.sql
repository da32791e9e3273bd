-- What is being done about a product without stock. A status is of one stock-out, the one that began at
-- `stock_out_from` (0: of a product that had none yet). Once another one begins, the product is new again.
create table stock_out_statuses (
  product_id integer primary key,
  stock_out_from integer not null,
  status text not null check (status in ('new', 'acknowledged', 'handled')),
  until_at integer,
  actor text not null,
  set_at integer not null
) strict;
