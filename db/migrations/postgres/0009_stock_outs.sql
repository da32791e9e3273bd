-- When a product had no stock, in milliseconds; `until_at` is null while it has none. Derived from the ledger, in the
-- transaction of each entry.
create table stock_outs (
  product_id bigint not null,
  from_at bigint not null,
  until_at bigint,
  primary key (product_id, from_at)
);

create index stock_outs_by_end on stock_outs (until_at);

insert into stock_outs (product_id, from_at, until_at)
select distinct on (product_id, created_at) product_id, created_at, greatest(created_at, until_at) from (
  select id, product_id, created_at, stock_level_after,
    lead(created_at) over (partition by product_id order by id) as until_at
  from stock_adjustments
  where stock_level_after = 0 or stock_level_after = delta
) as turns
where stock_level_after = 0
order by product_id, created_at, id desc;

create function record_stock_out() returns trigger language plpgsql as $$
begin
  if new.stock_level_after = 0 then
    insert into stock_outs (product_id, from_at, until_at) values (new.product_id, new.created_at, null)
    on conflict (product_id, from_at) do update set until_at = null;
  else
    update stock_outs set until_at = greatest(new.created_at, from_at)
    where product_id = new.product_id and until_at is null;
  end if;
  return null;
end
$$;

create trigger stock_turned after insert on stock_adjustments
for each row when (
  new.stock_level_after = 0
  or (new.stock_level_after = new.delta and new.delta > 0 and new.reason <> 'initial')
) execute function record_stock_out();
