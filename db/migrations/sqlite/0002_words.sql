-- Every word that a name ever had: which of them a prefix begins, and whether a word is known at all, is told here
-- without asking the index, which would have to read all their matches.
create table words (word text primary key) strict, without rowid;

insert or ignore into words
select each.value from products, json_each('["' || replace(products.words, ' ', '","') || '"]') as each
where products.words <> '';
