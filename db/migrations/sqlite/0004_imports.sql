create table imports (
  id integer primary key autoincrement,
  actor text not null,
  created_at integer not null
) strict;

create index imports_by_age on imports (created_at);

-- What an import made of each product: from one version to another. `version` is null where another writer came
-- between two of its lines; `before` is JSON of what the product was, and null where the import created it.
create table import_changes (
  import_id integer not null,
  product_id integer not null,
  from_version integer not null,
  version integer,
  before text,
  primary key (import_id, product_id)
) strict, without rowid;
