; 1:1 parse-error: 37r1 is no number
37r1
