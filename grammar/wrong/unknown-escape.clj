; 1:3 parse-error: \q is no escape
"a\q"
