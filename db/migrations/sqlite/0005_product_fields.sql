-- Digits, in the shortest of the forms with 8, 12, 13 and 14 of them: the same number is the same text.
alter table products add column gtin text;

create unique index products_by_gtin on products (gtin) where gtin is not null;

-- Under which the product is advertised, where that is not its SKU. Reports have it in lower case.
alter table products add column ads_item_id text;

create unique index products_by_ads_item_id on products (lower(ads_item_id)) where ads_item_id is not null;

-- From this level down the stock is low. Without it, from the configured one.
alter table products add column low_stock_at integer;

create index products_by_low_stock_at on products (low_stock_at) where low_stock_at is not null;

drop trigger product_created;
drop trigger product_updated;

create trigger product_created after insert on products begin
  insert into changes (kind, product_id, version, product, at) values (
    'created', new.id, new.version,
    json_object('id', new.id, 'sku', new.sku, 'gtin', new.gtin, 'ads_item_id', new.ads_item_id,
      'low_stock_at', new.low_stock_at, 'name', new.name, 'price_minor', new.price_minor,
      'stock_level', new.stock_level, 'version', new.version, 'created_at', new.created_at, 'updated_at', new.updated_at),
    new.updated_at
  );
end;

create trigger product_updated after update on products begin
  insert into changes (kind, product_id, version, product, at) values (
    'updated', new.id, new.version,
    json_object('id', new.id, 'sku', new.sku, 'gtin', new.gtin, 'ads_item_id', new.ads_item_id,
      'low_stock_at', new.low_stock_at, 'name', new.name, 'price_minor', new.price_minor,
      'stock_level', new.stock_level, 'version', new.version, 'created_at', new.created_at, 'updated_at', new.updated_at),
    new.updated_at
  );
end;
