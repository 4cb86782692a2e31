; 1:10 parse-error: ) does not match the [ opened at 1:4
(f [ b c ) ]
