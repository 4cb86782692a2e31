; 1:7 parse-error: Duplicate key: "a"
{:a 1 "a" 2}
