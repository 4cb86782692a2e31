; Regexes: Java's syntax and Java's way of going from match to match, in linear time.

; # Finding
(re-find #"a.b" "a\nb")
;=> nil
(re-find #"(?s)a.b" "a\nb")
;=> "a\nb"
(re-find #".*" "a\r\n")
;=> "a"
(re-find #"(?m)^b$" "a\nb\r\nc")
;=> "b"
(re-find #"(?i)HELLO" "say hello")
;=> "hello"
(re-find #"(\d+)-(\d+)" "x10-20")
;=> ["10-20" "10" "20"]
(re-find #"(a)|(b)" "b")
;=> ["b" nil "b"]
(re-find #"(?<year>\d{4})" "in 2024")
;=> ["2024" "2024"]
(re-find #"x" "abc")
;=> nil

; # Matching whole strings
(re-matches #"a|ab" "ab")
;=> "ab"
(re-matches #"(a|ab)(c|bcd)?" "abcd")
;=> ["abcd" "a" "bcd"]
(re-matches #"\d*?" "12")
;=> "12"
(re-matches #"" "")
;=> ""
(re-matches #"\d+" "12x")
;=> nil

; # All matches
(re-seq #"a*" "baac")
;=> ("" "aa" "" "")
(re-seq #"" "ab")
;=> ("" "" "")
(re-seq #"(a)(b)?" "aab")
;=> (["a" "a" nil] ["ab" "a" "b"])
(re-seq #"x" "abc")
;=> nil
(re-seq #"[A-Z][a-z]*" "HelloWorldFoo")
;=> ("Hello" "World" "Foo")

; # Classes are ASCII as in Java
(re-find #"\w" "é")
;=> nil
(re-find #"\d" "٣")
;=> nil
(re-find #"\s" "\u00a0")
;=> nil
(re-find #"\p{L}+" "12éa")
;=> "éa"
(re-find #"\p{Alpha}+" "12ab")
;=> "ab"
(re-find #"\p{Punct}" "a!")
;=> "!"
(re-find #"[\W_]" "ab_")
;=> "_"
(re-find #"[^\W]+" "--ab")
;=> "ab"
(re-find #"[a-z&&[^b]]+" "bac")
;=> "ac"

; # Spelling
(re-find #"\Qa.b\E" "xa.b")
;=> "a.b"
(re-find #"a++b" "aab")
;=> "aab"
(re-find #"\++" "a++")
;=> "++"
(re-find #"\u0041\x41" "AA")
;=> "AA"
(re-find #"[]a]" "]")
;=> "]"
(re-find #"[a-]" "-")
;=> "-"
(re-find #"\h\R" " \r\n")
;=> " \r\n"
(str (re-pattern "a.b"))
;=> "a.b"
(re-find (re-pattern "b+") "abb")
;=> "bb"

; # Replacing
(clojure.string/replace "2024-01-31" #"(\d+)-(\d+)-(\d+)" "$3.$2.$1")
;=> "31.01.2024"
(clojure.string/replace "abc" #"(?<x>b)" "<${x}>")
;=> "a<b>c"
(clojure.string/replace "abc" #"(b)" "$11")
;=> "ab1c"
(clojure.string/replace "abc" #"(b)(x)?" "<$2>")
;=> "a<>c"
(clojure.string/replace "abc" #"b" "\\$0")
;=> "a$0c"
(clojure.string/replace "baac" #"a*" "-")
;=> "-b--c-"
(clojure.string/replace "a-b" #"(\w)-(\w)" (fn [[_ a b]] (str b a)))
;=> "ba"
(clojure.string/replace "abc" #"[ab]" {"a" "1" "b" "2"})
;=> "12c"
(clojure.string/replace-first "aaa" #"a" (fn [_] "$1"))
;=> "$1aa"
(clojure.string/replace "$5" #"\$" (clojure.string/re-quote-replacement "$"))
;=> "$5"

; # Refused
(re-find "a" "abc")
;! 1:1 type-error: re-find needs a regex as re, got the string "a"
;? the regex comes first: #"a", or (re-pattern s) for one made of a string
(re-find #"a" nil)
;! 1:1 type-error: re-find needs a string as s, got nil
;? nil often comes from a key that is not there; (or s "") gives a default
(re-find "abc" #"a")
;! 1:1 type-error: re-find needs a regex as re, got the string "abc"
;? the regex comes first: #"abc", or (re-pattern s) for one made of a string
(re-find #"(?=a)" "a")
;! 1:10 unsupported-error: look-around is not available: regexes here match in linear time
;? match more and take the part with a group, or filter afterwards
(re-find #"(a)\1" "aa")
;! 1:10 unsupported-error: a back-reference is not available: regexes here match in linear time
;? match both parts and compare the groups
(re-find #"(?>a)" "aa")
;! 1:10 unsupported-error: an atomic group is not available: regexes here match in linear time
;? write (?:…) instead
(re-find #"(" "a")
;! 1:10 value-error: the regex #"(" cannot be used: unclosed group
(re-pattern "[")
;! 1:1 value-error: the regex #"[" cannot be used: unclosed character class
(clojure.string/replace "abc" #"b" "$1")
;! 1:1 value-error: No group 1
(clojure.string/replace "abc" #"b" "$")
;! 1:1 value-error: Illegal group reference: group index is missing
;? $1 stands for a group; write \\$ for a dollar sign, or (str/re-quote-replacement s)
(clojure.string/replace "abc" #"b" count)
;! 1:1 type-error: clojure.string/replace needs a function that gives strings, got the integer 1
;? (str x) makes a string of any value
(re-matcher #"a" "a")
;=> #<Volatile [0 ["a"] #"a" "a"]>

; # Matchers
(let [m (re-matcher #"(\w)(\d)" "a1 b2")]
  (loop [found []] (if-let [x (re-find m)] (recur (conj found x)) found)))
;=> [["a1" "a" "1"] ["b2" "b" "2"]]
(let [m (re-matcher #"(\d+)-(\d+)" "10-20")] (when (.matches m) [(.group m 1) (.group m 2) (.groupCount m)]))
;=> ["10" "20" 2]
(let [m (re-matcher #"\d" "1a2")] (loop [acc []] (if (.find m) (recur (conj acc (.group m))) acc)))
;=> ["1" "2"]
(re-groups (re-matcher #"a" "a"))
;! 1:1 value-error: No match found
;? ask (re-find m) first, and whether it gives nil
(re-find #"a")
;! 1:1 type-error: re-find needs a matcher, got the regex #"a"
;? (re-matcher re s) makes one; (re-find re s) and (re-seq re s) need none
