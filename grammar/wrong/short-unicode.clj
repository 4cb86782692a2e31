; 1:2 parse-error: \u needs four hexadecimal digits
"\u12"
