; 1:6 parse-error: Duplicate key: 1.0
{1 2 1.0 3}
