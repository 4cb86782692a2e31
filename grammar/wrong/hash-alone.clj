; 1:2 parse-error: # is no tag
[# ]
