; 1:1 parse-error: there are no macros of one's own
`(a ~b)
