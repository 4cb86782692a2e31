; 1:1 parse-error: ##Infinity is no number
##Infinity
