; 1:6 parse-error: the [ opened here is never closed
(let [x 1
