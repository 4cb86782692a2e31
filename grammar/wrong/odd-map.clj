; 1:1 parse-error: a map needs a value for every key; the last key :b has none
{:a 1 :b}
