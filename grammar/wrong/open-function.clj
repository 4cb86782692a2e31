; 1:6 parse-error: the #( opened here is never closed
(map #(inc %
