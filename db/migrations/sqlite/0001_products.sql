-- `autoincrement`: the id of a deleted product is never given to another.
create table products (
  id integer primary key autoincrement,
  sku text unique,
  name text not null,
  -- What the name is found by; the program derives it.
  words text not null,
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

-- No reference to products: the ledger of a deleted product stays.
create table stock_adjustments (
  id integer primary key autoincrement,
  product_id integer not null,
  delta integer not null,
  stock_level_after integer not null,
  reason text not null,
  reference text,
  actor text not null,
  created_at integer not null
) strict;

create index stock_adjustments_by_product on stock_adjustments (product_id, id);

create table idempotency_keys (
  caller text not null,
  key text not null,
  fingerprint text not null,
  answer text not null,
  created_at integer not null,
  primary key (caller, key)
) strict;

create index idempotency_keys_by_age on idempotency_keys (created_at);

-- Without `autoincrement`: a seq is the one before it plus one, which only the holder of the write lock can take.
create table changes (
  seq integer primary key,
  kind text not null,
  product_id integer not null,
  version integer not null,
  product text,
  at integer not null
) strict;

-- Every word that a name ever had, by itself and with one or two of its letters left out: a misspelt word and the
-- one that was meant have such a remainder in common, and equality is what any index finds.
create table word_remainders (
  remainder text not null,
  word text not null,
  primary key (remainder, word)
) strict, without rowid;

create table settings (
  name text primary key,
  value text not null
) strict, without rowid;

-- The index keeps no copy of the words (content = 'products'); the triggers keep it in step within the same
-- transaction. Words come folded and separated by spaces, so the plainest tokenizer takes them as they are.
create virtual table product_words using fts5 (
  words,
  content = 'products',
  content_rowid = 'id',
  tokenize = 'ascii',
  prefix = '2 3',
  detail = column,
  columnsize = 0
);

create trigger product_words_created after insert on products begin
  insert into product_words (rowid, words) values (new.id, new.words);
end;

create trigger product_words_deleted after delete on products begin
  insert into product_words (product_words, rowid, words) values ('delete', old.id, old.words);
end;

create trigger product_words_changed after update of words on products when old.words is not new.words begin
  insert into product_words (product_words, rowid, words) values ('delete', old.id, old.words);
  insert into product_words (rowid, words) values (new.id, new.words);
end;

create trigger product_created after insert on products begin
  insert into changes (kind, product_id, version, product, at) values (
    'created', new.id, new.version,
    json_object('id', new.id, 'sku', new.sku, 'name', new.name, 'price_minor', new.price_minor,
      'stock_level', new.stock_level, 'version', new.version, 'created_at', new.created_at, 'updated_at', new.updated_at),
    new.updated_at
  );
end;

create trigger product_updated after update on products begin
  insert into changes (kind, product_id, version, product, at) values (
    'updated', new.id, new.version,
    json_object('id', new.id, 'sku', new.sku, 'name', new.name, 'price_minor', new.price_minor,
      'stock_level', new.stock_level, 'version', new.version, 'created_at', new.created_at, 'updated_at', new.updated_at),
    new.updated_at
  );
end;

create trigger product_deleted after delete on products begin
  insert into changes (kind, product_id, version, product, at)
  values ('deleted', old.id, old.version, null, cast(unixepoch('subsec') * 1000 as integer));
end;
