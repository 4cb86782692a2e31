; 1:7 parse-error: ] does not match the { opened at 1:1
{:a 1 ]
