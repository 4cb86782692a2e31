; 1:1 parse-error: #= evaluates while reading
#=(+ 1 2)
