-- Every word that a name ever had: which of them a prefix begins, and whether a word is known at all, is told here
-- without asking the index, which would have to read all their matches.
create table words (word text collate "C" primary key);

insert into words select distinct unnest(string_to_array(words, ' ')) from products where words <> '';
