; 1:6 parse-error: the string opened here is never closed
(str "abc)
