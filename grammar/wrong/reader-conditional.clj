; 1:1 parse-error: reader conditionals are not needed
#?(:clj 1)
