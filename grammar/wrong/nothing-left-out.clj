; 1:4 parse-error: #_ has no form after it
[1 #_]
