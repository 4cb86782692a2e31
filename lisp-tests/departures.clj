; Every departure from Clojure.

; # A character is a one-character string
[\a (first "abc") (char? "a") (string? \a) (int \a) (int "a") (char 97)]
;=> ["a" "a" true true 97 97 "a"]
(seq "ab")
;=> ("a" "b")
(= \a "a")
;=> true
(map str "ab")
;=> ("a" "b")
(frequencies "aba")
;=> {"a" 2, "b" 1}

; # Integers and floats of the same value are equal
(= 1 1.0)
;=> true
(== 1 1.0)
;=> true
(get {1 :one} 1.0)
;=> :one
#{1 1.0}
;! 1:5 parse-error: Duplicate item of a set: 1.0
(set [1 1.0 2])
;=> #{1 2}
(= [1 {:a 2}] [1.0 {:a 2.0}])
;=> true
(= 1 "1")
;=> false

; # No ratios, no decimals, no overflow
[(/ 7 2) (/ 6 2) (/ 1 3.0) 1/2 1.5M]
;=> [3.5 3 0.3333333333333333 0.5 1.5]
(+ 9223372036854775807 1)
;=> 9223372036854775808N
(* 9223372036854775807 9223372036854775807)
;=> 85070591730234615847396907784232501249N
(- -9223372036854775808 1)
;=> -9223372036854775809N
(inc 9223372036854775807)
;=> 9223372036854775808N
(- (+ 9223372036854775807 1) 1)
;=> 9223372036854775807

; # Keywords and strings are one key of a map
(get {"a" 1} :a)
;=> 1
(:a {"a" 1})
;=> 1
({"a" 1} :a)
;=> 1
(assoc {"a" 1} :a 2)
;=> {"a" 2}
(contains? {:a 1} "a")
;=> true
(dissoc {:a 1 :b 2} "a")
;=> {:b 2}
(merge {:a 1} {"a" 2 :b 3})
;=> {:a 2, :b 3}
(select-keys {"a" 1 "b" 2} [:a])
;=> {"a" 1}
(get-in {"a" {"b" 1}} [:a :b])
;=> 1
(update {"n" 1} :n inc)
;=> {"n" 2}

; # but equality, sets and case stay strict
(= :a "a")
;=> false
(= {:a 1} {"a" 1})
;=> false
(contains? #{:a} "a")
;=> false
(count #{:a "a"})
;=> 2
(case "a" :a 1 "a" 2)
;=> 2

; # contains? on a vector is membership
(contains? [7 8] 8)
;=> true
(contains? [7 8] 0)
;=> false

; # nth gives nil or the default
(nth [1 2] 5)
;=> nil
(nth [1 2] 5 :none)
;=> :none
(nth '(1 2) 5)
;=> nil
(nth [1 2] -1)
;=> nil

; # subs clamps
(subs "hello" 2 100)
;=> "llo"
(subs "hello" 10)
;=> ""

; # split takes a plain string
(clojure.string/split "a,b.c" ",")
;=> ["a" "b.c"]
(clojure.string/split "a.b" ".")
;=> ["a" "b"]

; # Eager over collections, lazy over what may be endless
(do (map println [1 2]) :done)
;| 1
;| 2
;=> :done
(do (map println (iterate inc 0)) :done)
;=> :done
(do (map println (filter even? [1 2])) :done)
;| 2
;=> :done
(do (map println (range 2)) :done)
;| 0
;| 1
;=> :done
(take 2 (map inc (range)))
;=> (1 2)
(first (map inc (cycle [1 2])))
;=> 2
(try (map (fn [x] (/ 1 x)) [0]) (catch ArithmeticException e :here))
;=> :here

; # Silent nonsense is an error
(sort-by :n [{:n 1}] >)
;! 1:1 analysis-error: sort-by takes the comparator before the collection
;? write (sort-by :n > [{:n 1}])
(max [1 2])
;! 1:1 analysis-error: (max [ … ]) gives the vector itself
;? write (apply max [ … ])
(min [1 2])
;! 1:1 analysis-error: (min [ … ]) gives the vector itself
;? write (apply min [ … ])
(and (where :a) (where :b))
;! 1:1 analysis-error: (and (where …) …) gives one of the predicates, not their combination
;? write (all-of (where …) (where …))
(or (where :a = 1) (where :b = 2))
;! 1:1 analysis-error: (or (where …) …) gives one of the predicates, not their combination
;? write (any-of (where …) (where …))
(filter (and (where :a) (where :b)) [])
;! 1:9 analysis-error: (and (where …) …) gives one of the predicates, not their combination
;? write (all-of (where …) (where …))

; # An undefined name before a default
(or undefined-yet 5)
;=> 5

; # Maps and sets keep the order of insertion
{:z 1 :a 2 :m 3}
;=> {:z 1, :a 2, :m 3}
#{3 1 2}
;=> #{3 1 2}
(assoc {:z 1 :a 2} :z 3)
;=> {:z 3, :a 2}
(assoc (dissoc {:z 1 :a 2} :z) :z 3)
;=> {:a 2, :z 3}
(keys (reduce (fn [m i] (assoc m i i)) {} (range 30 0 -1)))
;=> (30 29 28 27 26 25 24 23 22 21 20 19 18 17 16 15 14 13 12 11 10 9 8 7 6 5 4 3 2 1)
(set [3 1 3 2 1])
;=> #{3 1 2}

; # Regexes match in linear time
#"(?=a)"
;! 1:1 unsupported-error: look-around is not available: regexes here match in linear time
;? match more and take the part with a group, or filter afterwards
#"(a)\1"
;! 1:1 unsupported-error: a back-reference is not available: regexes here match in linear time
;? match both parts and compare the groups
#"(?<!a)b"
;! 1:1 unsupported-error: look-around is not available: regexes here match in linear time
;? match more and take the part with a group, or filter afterwards

; # What needs a host
(eval '(+ 1 2))
;! 1:2 unsupported-error: eval is not available in this sandbox
;? programs cannot evaluate text; (clojure.edn/read-string s) reads data
(slurp "/etc/passwd")
;! 1:2 unsupported-error: slurp is not available in this sandbox
;? programs have no files; data comes from ctx/… and from tools
(defprotocol P)
;! 1:2 unsupported-error: defprotocol is not available in this sandbox
;? use maps and multimethods (defmulti, defmethod), or plain functions
(deftype T [a])
;! 1:2 unsupported-error: deftype is not available in this sandbox
;? use maps and multimethods (defmulti, defmethod), or plain functions
(future 1)
;! 1:2 unsupported-error: future is not available in this sandbox
;? use (pmap f coll) or (pcalls f g): they overlap tool calls
(ref 1)
;! 1:2 unsupported-error: ref is not available in this sandbox
;? use an atom with swap!; programs run alone
(System/exit 1)
;! 1:2 unsupported-error: System/exit is not available in this sandbox
;? programs cannot see the host's environment; ask a tool
(Thread/sleep 10)
;! 1:2 unsupported-error: Thread/sleep is not available in this sandbox
;? programs do not wait; call a tool, or return and go on in the next turn
(binding [*out* nil] 1)
;! 1:2 unsupported-error: binding is not available in this sandbox
;? names are not changed from outside; pass the value or function as an argument
(import 'java.io.File)
;=> nil
(new String "a")
;=> "a"
(.exec (Runtime/getRuntime) "ls")
;! 1:1 unsupported-error: there are no Java methods; .exec is not among those that are built in
;? (:exec x) reads a key of a map; methods are functions of clojure.core and clojure.string
(class 1)
;=> java.lang.Long
