; 1:2 parse-error: \4
"\400"
