"""What people bring, made a pack: folders of texts as articles, tables of past answers as rows."""
