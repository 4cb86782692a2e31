; 1:1 parse-error: the regex opened here is never closed
#"abc\"
