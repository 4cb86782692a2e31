; 1:1 parse-error: #uuid is no tag
#uuid "0"
