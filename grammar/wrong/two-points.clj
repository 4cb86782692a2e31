; 1:1 parse-error: 1.2.3 is no number
1.2.3
