; 2:3 parse-error: the { opened here is never closed
(f
  {:a 1
