; 1:1 parse-error: a//b is no name
a//b
