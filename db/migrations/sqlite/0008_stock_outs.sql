-- When a product had no stock, in milliseconds; `until_at` is null while it has none. Derived from the ledger, in the
-- transaction of each entry.
create table stock_outs (
  product_id integer not null,
  from_at integer not null,
  until_at integer,
  primary key (product_id, from_at)
) strict, without rowid;

create index stock_outs_by_end on stock_outs (until_at);

insert into stock_outs (product_id, from_at, until_at)
select product_id, created_at, max(created_at, until_at) from (
  select product_id, created_at, stock_level_after,
    lead(created_at) over (partition by product_id order by id) as until_at
  from stock_adjustments
  where stock_level_after = 0 or stock_level_after = delta
) where stock_level_after = 0
on conflict do update set until_at = excluded.until_at;

create trigger stock_ran_out after insert on stock_adjustments when new.stock_level_after = 0 begin
  insert into stock_outs (product_id, from_at, until_at) values (new.product_id, new.created_at, null)
  on conflict do update set until_at = null;
end;

create trigger stock_came_back after insert on stock_adjustments
when new.stock_level_after = new.delta and new.delta > 0 and new.reason <> 'initial' begin
  update stock_outs set until_at = max(new.created_at, from_at)
  where product_id = new.product_id and until_at is null;
end;
