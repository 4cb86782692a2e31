; 1:1 parse-error: \abc is no character
\abc
