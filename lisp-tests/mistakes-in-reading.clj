; What is no program, and where.

; # Brackets
(+ 1 2
;! 1:1 parse-error: the ( opened here is never closed
;? add ) where it should end
(let [x 1
  (inc x))
;! 2:10 parse-error: ) does not match the [ opened at 1:6
;? write ] here, or close [ before
(+ 1 2))
;! 1:8 parse-error: ) closes nothing: no bracket is open here
;? leave it out, or add the opening one before
[1 2)
;! 1:5 parse-error: ) does not match the [ opened at 1:1
;? write ] here, or close [ before
{:a (1]}
;! 1:7 parse-error: ] does not match the ( opened at 1:5
;? write ) here, or close ( before
"abc
;! 1:1 parse-error: the string opened here is never closed
;? add " where it should end
#"abc
;! 1:1 parse-error: the regex opened here is never closed
;? add " where it should end
#{1 2
;! 1:1 parse-error: the #{ opened here is never closed
;? add } where it should end
]
;! 1:1 parse-error: ] closes nothing: no bracket is open here
;? leave it out, or add the opening one before
(defn f [x]
  (let [y (* x 2)]
    (+ y 1))

(f 3)
;! 1:1 parse-error: the ( opened here is never closed
;? add ) where it should end

; # Maps and sets
{:a}
;! 1:1 parse-error: a map needs a value for every key; the last key :a has none
{:a 1 :b}
;! 1:1 parse-error: a map needs a value for every key; the last key :b has none
{:a 1 :a 2}
;! 1:7 parse-error: Duplicate key: :a
;? a keyword and the string of its name are one key
{:a 1 "a" 2}
;! 1:7 parse-error: Duplicate key: "a"
;? a keyword and the string of its name are one key
#{1 1}
;! 1:5 parse-error: Duplicate item of a set: 1
#{:a "a"}
;=> #{:a "a"}

; # Strings and characters
"\q"
;! 1:2 parse-error: \q is no escape; write \\q for a backslash
"\u12"
;! 1:2 parse-error: \u needs four hexadecimal digits
"\ud800"
;! 1:2 parse-error: half of a surrogate pair is no character
"\400"
;! 1:2 parse-error: \4… is no octal escape below \400
\abc
;! 1:1 parse-error: \abc is no character; there are \a, \newline, \space, \tab, \return, \u0041
\
;! 1:1 parse-error: a character is missing after \

; # Keywords, names, numbers
:
;! 1:1 parse-error: : is no keyword
;? a keyword is a colon and a name: :id
::
;! 1:1 parse-error: :: is no keyword
;? a keyword is a colon and a name: :id
a/
;! 1:1 parse-error: a/ is no name
:a/
;! 1:1 parse-error: :a/ is no keyword
;? a keyword is a colon and a name: :id
1.2.3
;! 1:1 parse-error: 1.2.3 is no number
;? names cannot begin with a digit
1x
;! 1:1 parse-error: 1x is no number
;? names cannot begin with a digit
##Infinity
;! 1:1 parse-error: ##Infinity is no number
;? there are ##Inf, ##-Inf and ##NaN

; # What Clojure has and this language has not
`(a ~b)
;! 1:1 parse-error: there are no macros of one's own, so ` and ~ have no use
;? build lists with list, concat or cons; quote with '
~x
;! 1:1 parse-error: there are no macros of one's own, so ` and ~ have no use
;? build lists with list, concat or cons; quote with '
#?(:clj 1 :cljs 2)
;! 1:1 parse-error: reader conditionals are not needed: there is one platform
;? write the Clojure branch alone
#=(+ 1 2)
;! 1:1 parse-error: #= evaluates while reading, which is not possible
#uuid "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"
;=> "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"
#foo [1]
;! 1:1 parse-error: #foo is no tag that is known here
;? only #inst and #uuid are; write plain data
#(map #(inc %) %)
;! 1:7 parse-error: #() within #() is not possible: % would mean two things
;? write the inner or the outer one as (fn [x] …)

; # At the end
'
;! 1:2 parse-error: a form is missing at the end of the source
@
;! 1:2 parse-error: a form is missing at the end of the source
#_
;! 1:1 parse-error: #_ has no form after it to leave out
^:a
;! 1:1 parse-error: the metadata has no form after it
