; 1:1 parse-error: a/ is no name
a/
