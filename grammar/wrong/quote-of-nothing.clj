; 1:2 parse-error: a form is missing at the end
'
