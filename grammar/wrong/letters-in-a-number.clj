; 1:1 parse-error: 12ab is no number
12ab
