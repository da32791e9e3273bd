-- Digits, in the shortest of the forms with 8, 12, 13 and 14 of them: the same number is the same text.
alter table products add column gtin text collate "C";

create unique index products_by_gtin on products (gtin) where gtin is not null;

-- Under which the product is advertised, where that is not its SKU. Reports have it in lower case.
alter table products add column ads_item_id text collate "C";

create unique index products_by_ads_item_id on products (lower(ads_item_id)) where ads_item_id is not null;

-- From this level down the stock is low. Without it, from the configured one.
alter table products add column low_stock_at bigint;

create index products_by_low_stock_at on products (low_stock_at) where low_stock_at is not null;

create or replace function product_as_json(product products) returns text language sql stable as $$
  select json_build_object('id', product.id, 'sku', product.sku, 'gtin', product.gtin, 'ads_item_id', product.ads_item_id,
    'low_stock_at', product.low_stock_at, 'name', product.name,
    'price_minor', product.price_minor, 'stock_level', product.stock_level, 'version', product.version,
    'created_at', product.created_at, 'updated_at', product.updated_at)::text
$$;
