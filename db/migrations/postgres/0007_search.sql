-- Sorting the names of a million products takes seconds; what writes meanwhile waits for that once.
set local statement_timeout = '60s';

-- All derived by the program, null where a version before this one wrote the row: that is made up for later.
-- `name_key` is what names are sorted by, `sku_key` the SKU in its plainest form.
alter table products add column name_key text collate "C";
alter table products add column sku_key text collate "C";

create index products_by_name_key on products (coalesce(name_key, name), id);
create index products_by_sku_key on products (sku_key, id) where sku_key is not null;

-- A write pays for each index. A version before this one still lists by name, and sorts for that meanwhile.
drop index products_by_name;
