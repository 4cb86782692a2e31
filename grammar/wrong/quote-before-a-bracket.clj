; 1:3 parse-error: ) closes nothing
(')
