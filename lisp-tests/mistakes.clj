; Mistakes that are found before a program runs, all at once, with advice.

; # Unknown names
(fitler even? [1 2])
;! 1:2 analysis-error: unknown symbol fitler
;? did you mean filter?
(pritnln 1)
;! 1:2 analysis-error: unknown symbol pritnln
;? did you mean println?
(let [total 1] (+ totl 1))
;! 1:19 analysis-error: unknown symbol totl
;? did you mean total?
(foo 1)
;! 1:2 analysis-error: unknown symbol foo
;? did you mean for?
(strng/join [1 2])
;! 1:2 analysis-error: unknown function strng/join
;? did you mean String/join?

; # All at once, and nothing runs
(println "never")
(foo 1)
(bar 2)
(inc 1 2)
;! 2:2 analysis-error: unknown symbol foo
;? did you mean for?
;! 3:2 analysis-error: unknown symbol bar
;! 4:1 analysis-error: inc was given 2 arguments; it takes 1: (inc n)

; # Defined later
(defn a [] (b))
(defn b [] 1)
;! 1:13 analysis-error: unknown symbol b
;? it is defined later, on line 2: move that up, or write (declare b) before

; # Names from other languages
(len [1 2])
;! 1:2 analysis-error: unknown symbol len
;? in Clojure this is (count coll)
(append [1] 2)
;! 1:2 analysis-error: unknown symbol append
;? in Clojure this is (conj vector item), or (into a b) for two collections
(foreach [x [1]] x)
;! 1:2 analysis-error: unknown symbol foreach
;? in Clojure this is (doseq [x coll] …) for effects, (map f coll) for values
(push [1] 2)
;! 1:2 analysis-error: unknown symbol push
;? in Clojure this is (conj vector item), or (into a b) for two collections
(car [1])
;! 1:2 analysis-error: unknown symbol car
;? in Clojure this is (first coll)
(lambda [x] x)
;! 1:2 analysis-error: unknown symbol lambda
;? in Clojure this is (fn [x] …) or #(… %)
(!= 1 2)
;! 1:2 analysis-error: unknown symbol !=
;? in Clojure this is (not= a b)
(null? 1)
;! 1:2 analysis-error: unknown symbol null?
;? in Clojure this is nil, tested with (nil? x)
None
;! 1:1 analysis-error: unknown symbol None
;? in Clojure this is nil, tested with (nil? x)
(substring "abc" 1)
;! 1:2 analysis-error: unknown symbol substring
;? in Clojure this is (subs s start end), (subvec v start end)
(elif true 1)
;! 1:2 analysis-error: unknown symbol elif
;? in Clojure this is (cond test value … :else value) or (case x constant value … default)
(upcase "a")
;! 1:2 analysis-error: unknown symbol upcase
;? in Clojure this is (str/upper-case s)
(raise "x")
;! 1:2 analysis-error: unknown symbol raise
;? in Clojure this is (throw (ex-info "message" {})), or (fail reason) to end the run
(% 5 2)
;! 1:2 analysis-error: unknown symbol %
;? in Clojure this is (mod a b)

; # Numbers of arguments
(inc)
;! 1:1 analysis-error: inc was given 0 arguments; it takes 1: (inc n)
(count 1 2)
;! 1:1 analysis-error: count was given 2 arguments; it takes 1: (count coll)
;? count takes one collection; count what matches with (count (filter pred coll))
(map)
;! 1:1 analysis-error: map was given 0 arguments; it takes 1, 2, 3, 3 or more: (map f) (map f coll) (map f a b) (map f a b & more)
;? the function comes first, the collection last
(get {:a 1})
;! 1:1 analysis-error: get was given 1 argument; it takes 2, 3: (get coll key) (get coll key default)
(defn two [a b] [a b])
(two 1)
;! 2:1 analysis-error: two was given 1 argument; it takes 2
(defn at-least [a & more] a)
(at-least)
;! 2:1 analysis-error: at-least was given 0 arguments; it takes 1 or more
(defn some-arities ([a] a) ([a b c] a))
(some-arities 1 2)
;! 2:1 analysis-error: some-arities was given 2 arguments; it takes 1 or 3
(:a)
;! 1:1 analysis-error: :a takes a collection and, if need be, a default
;? write (:key map)
(:a {} 1 2)
;! 1:1 analysis-error: :a takes a collection and, if need be, a default
;? write (:key map)

; # Forms
(if)
;! 1:1 analysis-error: if was given 0 parts
;? write (if test then else); several expressions go into (do …)
(if 1 2 3 4)
;! 1:1 analysis-error: if was given 4 parts
;? write (if test then else); several expressions go into (do …)
(let x 1)
;! 1:6 analysis-error: let needs a vector of names and values, got x
;? write (let [name value …] body…)
(let [x])
;! 1:6 analysis-error: let needs a value for every name; x has none
;? write (let [name value …] body…)
(fn)
;! 1:1 analysis-error: fn was given 0 parts
;? write (fn [a b] body…) or (fn ([a] …) ([a b] …))
(fn x)
;! 1:1 analysis-error: a function needs a vector of parameters
;? write (fn [a b] body…) or (fn ([a] …) ([a b] …))
(defn f (x) x)
;! 1:9 analysis-error: a body of a function is ([params] …), got (x)
;? write (fn [a b] body…) or (fn ([a] …) ([a b] …))
;! 1:13 analysis-error: a body of a function is ([params] …), got x
;? write (fn [a b] body…) or (fn ([a] …) ([a b] …))
(cond 1)
;! 1:1 analysis-error: cond needs a value for every test; 1 has none
;? the last test is :else
(cond true 1 false)
;! 1:1 analysis-error: cond needs a value for every test; false has none
;? the last test is :else
(quote)
;! 1:1 analysis-error: quote was given 0 parts
;? write (quote form) or 'form
(catch Exception e 1)
;! 1:1 analysis-error: catch stands outside of try
;? write (try … (catch Exception e …))
(finally 1)
;! 1:1 analysis-error: finally stands outside of try
;? write (try … (catch Exception e …))
(try 1 (catch e 2))
;! 1:8 analysis-error: catch takes a class and a name
;? write (catch Exception e …)
(if-let [a 1 b 2] a)
;! 1:9 analysis-error: if-let binds one name, got 2
;? nest them, or use let and if
(throw)
;! 1:1 analysis-error: throw was given 0 parts
;? write (throw (ex-info "message" {:key value}))
(when)
;! 1:1 analysis-error: when was given 0 parts
;? write (when test body…)
(->)
;! 1:1 analysis-error: -> was given 0 parts
;? see (doc name)
(loop [x 1 y] x)
;! 1:7 analysis-error: loop needs a value for every name; y has none
;? write (loop [name value …] body…)

; # recur
(recur 1)
;! 1:1 analysis-error: recur stands where its value is still needed: it must be the last thing the loop or function does
;? call the function by its name, or keep the rest of the work in a loop variable
(loop [x 1] (inc (recur 2)))
;! 1:18 analysis-error: recur stands where its value is still needed: it must be the last thing the loop or function does
;? call the function by its name, or keep the rest of the work in a loop variable
(loop [x 1] (recur 1 2))
;! 1:13 analysis-error: recur was given 2 values; the loop or function has 1
;? give one value for each name of the loop
(fn [x] (recur))
;! 1:9 analysis-error: recur was given 0 values; the loop or function has 1
;? give one value for each name of the loop
(loop [x 1] (recur 2) 3)
;! 1:13 analysis-error: recur stands where its value is still needed: it must be the last thing the loop or function does
;? call the function by its name, or keep the rest of the work in a loop variable
(loop [x 1] (map (fn [y] (recur 1 2)) [1]))
;! 1:26 analysis-error: recur was given 2 values; the loop or function has 1
;? give one value for each name of the loop
(loop [x 1] (try (recur 2) (catch Exception e 1)))
;! 1:18 analysis-error: recur stands where its value is still needed: it must be the last thing the loop or function does
;? call the function by its name, or keep the rest of the work in a loop variable

; # What is no function
(1 2 3)
;! 1:1 analysis-error: the integer 1 cannot be called
;? the first item of a list is a function; data lists are written [1 2 3] or '(1 2 3)
("text" 1)
;! 1:1 analysis-error: the string "text" cannot be called
;? the first item of a list is a function; data lists are written [1 2 3] or '(1 2 3)
(nil)
;! 1:1 analysis-error: nil cannot be called
;? the first item of a list is a function; data lists are written [1 2 3] or '(1 2 3)
(true)
;! 1:1 analysis-error: the boolean true cannot be called
;? the first item of a list is a function; data lists are written [1 2 3] or '(1 2 3)
((1 2) 3)
;! 1:2 analysis-error: the integer 1 cannot be called
;? the first item of a list is a function; data lists are written [1 2 3] or '(1 2 3)

; # Inside of try, what Clojure raises when it runs is raised when it runs
(try (inc) (catch Exception e :caught))
;=> :caught
(try (1 2) (catch ClassCastException e :caught))
;=> :caught

; # Comparators, predicates and collections in the wrong place
(sort-by :age [{:age 1}] >)
;! 1:1 analysis-error: sort-by takes the comparator before the collection
;? write (sort-by :age > [{:age 1}])
(max [1 2 3])
;! 1:1 analysis-error: (max [ … ]) gives the vector itself
;? write (apply max [ … ])
(and (where :a = 1) (where :b = 2))
;! 1:1 analysis-error: (and (where …) …) gives one of the predicates, not their combination
;? write (all-of (where …) (where …))
(filter (or (where :a) (any-of (where :b))) [])
;! 1:9 analysis-error: (or (where …) …) gives one of the predicates, not their combination
;? write (any-of (where …) (where …))
