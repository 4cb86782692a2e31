; 1:1 parse-error: 08 is no number
08
