; 1:1 parse-error: #foo is no tag
#foo "0"
