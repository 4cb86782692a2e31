; Strings: what Clojure says about the corners, and where characters are strings.

; # Making
(str)
;=> ""
(str nil)
;=> ""
(str nil true "a" :b 'c 1.5 2.0)
;=> "truea:bc1.52.0"
(str [nil "x" \y] {:a nil} #{"s"})
;=> "[nil \"x\" \"y\"]{:a nil}#{\"s\"}"
(str (map inc [1 2]) (lazy-seq [3]))
;=> "(2 3)(3)"
(str 1e10 1e-5 123456789.5 ##Inf 10000000000000000000000)
;=> "1.0E101.0E-51.234567895E8Infinity10000000000000000000000"
(str #"a\.b")
;=> "a\\.b"
(reduce str (repeat 3 "ab"))
;=> "ababab"
(name :a/b)
;=> "b"
(namespace :a)
;=> nil
(keyword nil "b")
;=> :b
(keyword 1)
;=> nil
(symbol :a/b)
;=> a/b
(char 128512)
;=> "😀"
(char 55296)
;! 1:1 value-error: Value out of range for char: 55296

; # Parts
(subs "hello" 3)
;=> "lo"
(subs "hello" -2 2)
;=> "he"
(subs "hello" 4 2)
;=> ""
(subs "日本語" 1 2)
;=> "本"
(clojure.string/index-of "日本語" "語")
;=> 2
(clojure.string/index-of "abc" "" 10)
;=> 3
(clojure.string/last-index-of "abcabc" "b" 3)
;=> 1
(clojure.string/last-index-of "abc" "" 1)
;=> 1
(clojure.string/starts-with? 123 "1")
;=> true
(clojure.string/includes? "abc" nil)
;! 1:1 type-error: clojure.string/includes? needs a string to look for, got nil
;? nil often comes from a key that is not there; (or s "") gives a default

; # Trimming
(clojure.string/trim "\u2002 a \u00a0")
;=> "a  "
(clojure.string/trim "\u001f a\n")
;=> "a"
(clojure.string/triml " \u2028a ")
;=> "a "
(clojure.string/trim-newline "a \r\n\n")
;=> "a "
(clojure.string/blank? nil)
;=> true
(clojure.string/blank? "\u00a0")
;=> false

; # Cases
(clojure.string/capitalize :asDf)
;=> ":asdf"
(clojure.string/upper-case "straße")
;=> "STRASSE"
(clojure.string/reverse "a😀b")
;=> "b😀a"

; # Joining and splitting
(clojure.string/join nil)
;=> ""
(clojure.string/join "," [1 nil "2"])
;=> "1,,2"
(clojure.string/join \- "abc")
;=> "a-b-c"
(clojure.string/join "," {:a 1})
;=> "[:a 1]"
(clojure.string/join :x [1 2])
;=> "1:x2"
(clojure.string/split "a,b,,c,," #",")
;=> ["a" "b" "" "c"]
(clojure.string/split "a,b,,c,," #"," -1)
;=> ["a" "b" "" "c" "" ""]
(clojure.string/split "a,b,,c,," #"," 2)
;=> ["a" "b,,c,,"]
(clojure.string/split "" #",")
;=> [""]
(clojure.string/split "," #",")
;=> []
(clojure.string/split ",a" ",")
;=> ["" "a"]
(clojure.string/split "abc" #"")
;=> ["a" "b" "c"]
(clojure.string/split "abc" "")
;=> ["a" "b" "c"]
(clojure.string/split "abc" #"" -1)
;=> ["a" "b" "c" ""]
(clojure.string/split "xabc" #"x*")
;=> ["" "" "a" "b" "c"]
(clojure.string/split #"," "a,b")
;! 1:1 type-error: clojure.string/split needs a string as s, got the regex #","
;? the string comes first, the regex after it
(clojure.string/split-lines "a\n\nb\r\nc\n\n")
;=> ["a" "" "b" "c"]
(clojure.string/split-lines "\n")
;=> []
(clojure.string/split-lines "")
;=> [""]
(clojure.string/split-lines "a\rb")
;=> ["a\rb"]

; # Replacing
(clojure.string/replace "xx" "" "-")
;=> "-x-x-"
(clojure.string/replace "food" "o" "$")
;=> "f$$d"
(clojure.string/replace "a.b" \. \-)
;=> "a-b"
(clojure.string/replace-first "aaa" "a" "b")
;=> "baa"
(clojure.string/replace :foo "foo" "bar")
;=> ":bar"
(clojure.string/replace "abc" "b" str)
;! 1:1 type-error: clojure.string/replace needs another replacement, got the function str
;? only matches of a regex are given to functions and maps: write the match as #"…"
(clojure.string/replace "abc" "b" nil)
;! 1:1 type-error: clojure.string/replace needs a replacement, got nil
;? nil often comes from a key that is not there; (or s "") gives a default
(clojure.string/escape "a<b" {\< "&lt;", \a 1})
;=> "1&lt;b"
(clojure.string/escape "abc" #(if (= % \b) "[b]"))
;=> "a[b]c"

; # What is passed instead
(clojure.string/trim nil)
;! 1:1 type-error: clojure.string/trim needs a string as s, got nil
;? nil often comes from a key that is not there; (or s "") gives a default
(clojure.string/trim :a)
;! 1:1 type-error: clojure.string/trim needs a string as s, got the keyword :a
;? (name k) gives its name as a string
(clojure.string/upper-case nil)
;! 1:1 type-error: clojure.string/upper-case needs a string as s, got nil
;? nil often comes from a key that is not there; (or s "") gives a default
(clojure.string/reverse [1 2])
;! 1:1 type-error: clojure.string/reverse needs a string as s, got the vector [1 2]
;? map the function over it, or make one string with (str/join coll)
(clojure.string/join "," 1)
;! 1:1 type-error: clojure.string/join needs a collection, got the integer 1
;? usage: (clojure.string/join coll) (clojure.string/join separator coll); in a chain use ->>, which puts the value last
(name nil)
;! 1:1 type-error: name needs a keyword, symbol or string, got nil

; # compare gives the distance, in units of UTF-16
[(compare "" "héllo") (compare "a" "c") (compare "ab" "a")]
;=> [-5 -2 1]
