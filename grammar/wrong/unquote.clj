; 1:2 parse-error: there are no macros of one's own
(~a)
