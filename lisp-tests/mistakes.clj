; Mistakes that are found before a program runs, all at once, with advice.

; # Unknown names
(fitler even? [1 2])
;!
(pritnln 1)
;!
(let [total 1] (+ totl 1))
;!
(foo 1)
;!
(strng/join [1 2])
;!

; # All at once, and nothing runs
(println "never")
(foo 1)
(bar 2)
(inc 1 2)
;!

; # Defined later
(defn a [] (b))
(defn b [] 1)
;!

; # Names from other languages
(len [1 2])
;!
(append [1] 2)
;!
(foreach [x [1]] x)
;!
(push [1] 2)
;!
(car [1])
;!
(lambda [x] x)
;!
(!= 1 2)
;!
(null? 1)
;!
None
;!
(substring "abc" 1)
;!
(elif true 1)
;!
(upcase "a")
;!
(raise "x")
;!
(% 5 2)
;!

; # Numbers of arguments
(inc)
;!
(count 1 2)
;!
(map)
;!
(get {:a 1})
;!
(defn two [a b] [a b])
(two 1)
;!
(defn at-least [a & more] a)
(at-least)
;!
(defn some-arities ([a] a) ([a b c] a))
(some-arities 1 2)
;!
(:a)
;!
(:a {} 1 2)
;!

; # Forms
(if)
;!
(if 1 2 3 4)
;!
(let x 1)
;!
(let [x])
;!
(fn)
;!
(fn x)
;!
(defn f (x) x)
;!
(cond 1)
;!
(cond true 1 false)
;!
(quote)
;!
(catch Exception e 1)
;!
(finally 1)
;!
(try 1 (catch e 2))
;!
(if-let [a 1 b 2] a)
;!
(throw)
;!
(when)
;!
(->)
;!
(loop [x 1 y] x)
;!

; # recur
(recur 1)
;!
(loop [x 1] (inc (recur 2)))
;!
(loop [x 1] (recur 1 2))
;!
(fn [x] (recur))
;!
(loop [x 1] (recur 2) 3)
;!
(loop [x 1] (map (fn [y] (recur 1 2)) [1]))
;!
(loop [x 1] (try (recur 2) (catch Exception e 1)))
;!

; # What is no function
(1 2 3)
;!
("text" 1)
;!
(nil)
;!
(true)
;!
((1 2) 3)
;!

; # Inside of try, what Clojure raises when it runs is raised when it runs
(try (inc) (catch Exception e :caught))
;!
(try (1 2) (catch ClassCastException e :caught))
;=> :caught

; # Comparators, predicates and collections in the wrong place
(sort-by :age [{:age 1}] >)
;!
(max [1 2 3])
;!
(and (where :a = 1) (where :b = 2))
;!
(filter (or (where :a) (any-of (where :b))) [])
;!
