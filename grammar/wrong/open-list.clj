; 1:1 parse-error: the ( opened here is never closed
(+ 1 2
