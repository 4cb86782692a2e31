; 1:1 parse-error: a character is missing
\
