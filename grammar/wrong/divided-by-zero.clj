; 1:1 parse-error: Divide by zero
1/0
