; 1:2 parse-error: the string ends within an escape
"\
