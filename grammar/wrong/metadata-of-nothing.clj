; 1:1 parse-error: the metadata has no form
^:a
