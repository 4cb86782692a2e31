; 1:1 parse-error: :: is no keyword
::
