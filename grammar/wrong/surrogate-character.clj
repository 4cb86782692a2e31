; 1:1 parse-error: \ud800 is no character
\ud800
