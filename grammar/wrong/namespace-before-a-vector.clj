; 1:1 parse-error: #:a is no namespace before a map
#:a[1 2]
