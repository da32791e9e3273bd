-- Digits, in the shortest of the forms with 8, 12, 13 and 14 of them: the same number is the same text.
alter table products add column gtin text;

create unique index products_by_gtin on products (gtin) where gtin is not null;

drop trigger product_created;
drop trigger product_updated;

create trigger product_created after insert on products begin
  insert into changes (kind, product_id, version, product, at) values (
    'created', new.id, new.version,
    json_object('id', new.id, 'sku', new.sku, 'gtin', new.gtin, 'name', new.name, 'price_minor', new.price_minor,
      'stock_level', new.stock_level, 'version', new.version, 'created_at', new.created_at, 'updated_at', new.updated_at),
    new.updated_at
  );
end;

create trigger product_updated after update on products begin
  insert into changes (kind, product_id, version, product, at) values (
    'updated', new.id, new.version,
    json_object('id', new.id, 'sku', new.sku, 'gtin', new.gtin, 'name', new.name, 'price_minor', new.price_minor,
      'stock_level', new.stock_level, 'version', new.version, 'created_at', new.created_at, 'updated_at', new.updated_at),
    new.updated_at
  );
end;
