; Reading: from text to values.

; # Constants
nil
;=> nil
true
;=> true
[nil true false]
;=> [nil true false]

; # Integers
42
;=> 42
-7
;=> -7
+7
;=> 7
0
;=> 0
-0
;=> 0
0x1F
;=> 31
-0xff
;=> -255
2r101
;=> 5
36rZZ
;=> 1295
017
;=> 15
7N
;=> 7
9223372036854775807
;=> 9223372036854775807
-9223372036854775808
;=> -9223372036854775808
9223372036854775808
;=> 9223372036854775808N
123456789012345678901234567890
;=> 123456789012345678901234567890N

; # Floats
1.5
;=> 1.5
-1.5e3
;=> -1500.0
1e3
;=> 1000.0
1E-3
;=> 0.001
1.
;=> 1.0
0.1
;=> 0.1
1e100
;=> 1.0E100
1e-7
;=> 1.0E-7
-0.0
;=> -0.0
123456789.0
;=> 1.23456789E8
##Inf
;=> ##Inf
##-Inf
;=> ##-Inf
##NaN
;=> ##NaN

; # Strings
"plain"
;=> "plain"
""
;=> ""
"a\tb\nc\rd\\e\"f"
;=> "a\tb\nc\rd\\e\"f"
"\b\f"
;=> "\b\f"
"\u0041\u00e9"
;=> "Aé"
["\101" (count "\101\0")]
;=> ["A" 2]
"two
lines"
;=> "two\nlines"
(count "two
lines")
;=> 9
"é 文 😀"
;=> "é 文 😀"
(count "\ud83d\ude00")
;=> 1

; # Keywords and symbols
:a
;=> :a
:a/b
;=> :a/b
::a
;=> :user/a
[:a-b :a.b :a? :a! :*a* :+ :< :a1 :1]
;=> [:a-b :a.b :a? :a! :*a* :+ :< :a1 :1]
'sym
;=> sym
'a/b
;=> a/b
'[+ - * / = <= -> ->> a? b! *c* d' e.f]
;=> [+ - * / = <= -> ->> a? b! *c* d' e.f]
'nil
;=> nil
:ключ
;=> :ключ

; # Characters are strings of one character
\a
;=> "a"
[\newline \space \tab \return \backspace \formfeed]
;=> ["\n" " " "\t" "\r" "\b" "\f"]
[\u0041 \o101 \( \; \" \\]
;=> ["A" "A" "(" ";" "\"" "\\"]
(= \a "a")
;=> true

; # Collections
[1 2 3]
;=> [1 2 3]
[]
;=> []
()
;=> ()
'(1 2 3)
;=> (1 2 3)
'(1 (2 (3)))
;=> (1 (2 (3)))
{:a 1}
;=> {:a 1}
{}
;=> {}
#{1}
;=> #{1}
#{}
;=> #{}
[[] {} #{} ()]
;=> [[] {} #{} ()]
{[1 2] {:a #{:b}}}
;=> {[1 2] {:a #{:b}}}
{nil 1, true 2, 1.5 3, "s" 4}
;=> {nil 1, true 2, 1.5 3, "s" 4}

; # Commas are white space
[1, 2,,3]
;=> [1 2 3]
{:a 1, :b 2}
;=> {:a 1, :b 2}

; # Comments
; before
(+ 1 ; within
   2) ; after
;=> 3
#! a line for the shell
(+ 1 1)
;=> 2
(+ 1 #_ 2 3)
;=> 4
[1 #_ #_ 2 3 4]
;=> [1 4]
[1 #_(f 2)]
;=> [1]
(+ 1 #_{:a} 2)
;! 1:8 parse-error: a map needs a value for every key; the last key :a has none
(comment (this is) "not" run)
;=> nil

; # Quoting
'a
;=> a
''a
;=> (quote a)
'(a b)
;=> (a b)
(quote (a b))
;=> (a b)
'{:a [b c]}
;=> {:a [b c]}
'#{x}
;=> #{x}
(first '(+ 1 2))
;=> +

; # Metadata is read and ignored
^:private [1 2]
;=> [1 2]
^{:doc "x"} {:a 1}
;=> {:a 1}
^String "s"
;=> "s"
(let [^long x 1] x)
;=> 1
#^{:a 1} [1]
;=> [1]

; # Dates
#inst "2026-01-02T03:04:05Z"
;=> #inst "2026-01-02T03:04:05.000-00:00"

; # Regexes
#"a+\d"
;=> #"a+\d"
#"\""
;=> #"\""

; # Typographic quotes are read as plain ones, but not inside of strings
(count “abc”)
;=> 3
"it’s “so”"
;=> "it’s “so”"
(first ‘(1 2))
;=> 1

; # Non-breaking spaces, zero-width spaces and a byte order mark are white space
(+ 1 2)
;=> 3
[1​2]
;=> [1 2]
(count "a b")
;=> 3
﻿(+ 1 2)
;=> 3

; # Functions and vars
(#(+ % 1) 2)
;=> 3
(#(+ %1 %2) 2 3)
;=> 5
(#(apply + %&) 1 2 3)
;=> 6
(#(do 7))
;=> 7
(#(vector %2) 1 2)
;=> [2]
(#'inc 1)
;=> 2
(map #(* % %) [1 2 3])
;=> (1 4 9)

; # What has no value here
(1/2)
;! 1:1 analysis-error: the float 0.5 cannot be called
;? the first item of a list is called, operators too: (+ 1 2); data lists are written [1 2 3] or '(1 2 3)
1/2
;=> 0.5
6/3
;=> 2
1.5M
;=> 1.5
08
;! 1:1 parse-error: 08 is no number
;? names cannot begin with a digit
1a
;! 1:1 parse-error: 1a is no number
;? names cannot begin with a digit
0x
;! 1:1 parse-error: 0x is no number
;? names cannot begin with a digit
37r1
;! 1:1 parse-error: 37r1 is no number
;? names cannot begin with a digit
1/0
;! 1:1 parse-error: Divide by zero
;? names cannot begin with a digit

; # Maps with a namespace for their keys, and UUIDs
[#:person{:name "A" :_/id 1 :home/town 2 "s" 3} #:a {:b {:c 1}} #::{:a 1}]
;=> [{:person/name "A", :id 1, :home/town 2, "s" 3} {:a/b {:c 1}} {:user/a 1}]
'#:a{b c}
;=> {a/b c}
(clojure.edn/read-string "#:a{:b #uuid \"550E8400-e29b-41d4-a716-446655440000\"}")
;=> {:a/b "550e8400-e29b-41d4-a716-446655440000"}
(= #uuid "550E8400-e29b-41d4-a716-446655440000" (parse-uuid "550e8400-E29B-41d4-a716-446655440000"))
;=> true
#uuid "1-2"
;! 1:1 parse-error: "1-2" is no UUID
;? write #uuid "550e8400-e29b-41d4-a716-446655440000"
#:a{:b 1 :a/b 2}
;! 1:10 parse-error: Duplicate key: :a/b
;? a keyword and the string of its name are one key
#:a[1]
;! 1:1 parse-error: #:a is no namespace before a map
;? write #:person{:name "A"}, which is {:person/name "A"}
(clojure.edn/read-string "@a")
;! 1:1 value-error: Invalid leading character: @
;? data has no calls: write the value itself
(clojure.edn/read-string {:default (fn [tag value] [tag value])} "#foo [1 #bar {:a #baz 2}]")
;=> [foo [1 [bar {:a [baz 2]}]]]
(clojure.edn/read-string {:readers {'foo inc 'inst identity} :eof 7} "[#foo 1 #inst \"2020\" (#foo 2)]")
;=> [2 "2020" (3)]
[(clojure.edn/read-string {:eof 7} "") (clojure.edn/read-string {:default vector} "#inst \"2024-01-31\"")]
;=> [7 #inst "2024-01-31"]
(clojure.edn/read-string {:readers {'foo inc}} "#bar 1")
;! 1:1 value-error: #bar is no tag that is known here
;? only #inst and #uuid are; write plain data
