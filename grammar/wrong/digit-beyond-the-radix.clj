; 1:1 parse-error: 2r2 is no number
2r2
