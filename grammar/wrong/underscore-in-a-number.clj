; 1:1 parse-error: 1_000 is no number
1_000
