; 1:5 parse-error: Duplicate item of a set: 1
#{1 1}
