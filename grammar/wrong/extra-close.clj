; 1:8 parse-error: ) closes nothing
(+ 1 2))
