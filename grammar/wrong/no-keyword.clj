; 1:2 parse-error: : is no keyword
[:]
