; What is no program, and where.

; # Brackets
(+ 1 2
;!
(let [x 1
  (inc x))
;!
(+ 1 2))
;!
[1 2)
;!
{:a (1]}
;!
"abc
;!
#"abc
;!
#{1 2
;!
]
;!
(defn f [x]
  (let [y (* x 2)]
    (+ y 1))

(f 3)
;!

; # Maps and sets
{:a}
;!
{:a 1 :b}
;!
{:a 1 :a 2}
;!
{:a 1 "a" 2}
;!
#{1 1}
;!
#{:a "a"}
;=> #{:a "a"}

; # Strings and characters
"\q"
;!
"\u12"
;!
"\ud800"
;!
"\400"
;!
\abc
;!
\
;!

; # Keywords, names, numbers
:
;!
::
;!
a/
;!
:a/
;!
1.2.3
;!
1x
;!
##Infinity
;!

; # What Clojure has and this language has not
`(a ~b)
;!
~x
;!
#?(:clj 1 :cljs 2)
;!
#=(+ 1 2)
;!
#uuid "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"
;!
#foo [1]
;!
#(map #(inc %) %)
;!

; # At the end
'
;!
@
;!
#_
;!
^:a
;!
