; 1:1 parse-error: 0xG is no number
0xG
