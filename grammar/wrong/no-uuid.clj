; 1:1 parse-error: "0" is no UUID
#uuid "0"
