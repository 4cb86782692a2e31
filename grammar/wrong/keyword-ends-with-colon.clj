; 1:1 parse-error: :a: is no keyword
:a:
