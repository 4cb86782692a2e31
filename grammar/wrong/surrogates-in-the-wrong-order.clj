; 1:2 parse-error: half of a surrogate pair
"\ude00\ud83d"
