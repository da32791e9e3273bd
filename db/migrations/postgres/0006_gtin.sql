-- Digits, in the shortest of the forms with 8, 12, 13 and 14 of them: the same number is the same text.
alter table products add column gtin text collate "C";

create unique index products_by_gtin on products (gtin) where gtin is not null;

create or replace function product_as_json(product products) returns text language sql stable as $$
  select json_build_object('id', product.id, 'sku', product.sku, 'gtin', product.gtin, 'name', product.name,
    'price_minor', product.price_minor, 'stock_level', product.stock_level, 'version', product.version,
    'created_at', product.created_at, 'updated_at', product.updated_at)::text
$$;
