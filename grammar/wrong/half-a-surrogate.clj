; 1:2 parse-error: half of a surrogate pair
"\ud800"
