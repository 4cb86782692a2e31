; Going over collections: for, doseq, dotimes, while.

; # for
(for [x [1 2 3]] (* x x))
;=> (1 4 9)
(for [x [1 2] y [:a :b]] [x y])
;=> ([1 :a] [1 :b] [2 :a] [2 :b])
(for [x []] x)
;=> ()
(for [x nil] x)
;=> ()
(for [c "ab"] c)
;=> ("a" "b")
(for [[k v] {:a 1}] [k v])
;=> ([:a 1])
(for [x [1 2 3 4 5 6] :when (even? x)] x)
;=> (2 4 6)
(for [x [1 2 3 4 1] :while (< x 4)] x)
;=> (1 2 3)
(for [x [1 2 3] :let [y (* x 10)]] y)
;=> (10 20 30)
(for [x (range 6) :when (odd? x) :let [y (* x x)] :when (> y 5)] [x y])
;=> ([3 9] [5 25])
(for [x (range 3) y (range x)] [x y])
;=> ([1 0] [2 0] [2 1])
(for [x (range 4) :while (< x 3) y (range 4) :while (< y x)] [x y])
;=> ([1 0] [2 0] [2 1])
(for [x [1 2 3] y [1 2 3] :when (< x y)] [x y])
;=> ([1 2] [1 3] [2 3])
(for [x [[1 2] [3]] y x] y)
;=> (1 2 3)
(for [x [1 2] :let [a x b (inc a)] y [a b]] y)
;=> (1 2 2 3)
(vec (for [x [1 2]] x))
;=> [1 2]
(map #(%) (for [x [1 2 3]] (fn [] x)))
;=> (1 2 3)
(take 3 (for [x (iterate inc 0)] (* x x)))
;=> (0 1 4)
(take 2 (for [x (range) :when (> x 10)] x))
;=> (11 12)

; # doseq
(doseq [x [1 2]] (println x))
;| 1
;| 2
;=> nil
(doseq [x [1 2] y [:a :b] :when (not= [x y] [1 :b])] (println x y))
;| 1 :a
;| 2 :a
;| 2 :b
;=> nil
(doseq [x (range) :while (< x 2)] (println x))
;| 0
;| 1
;=> nil
(let [seen (atom [])] (doseq [x [1 2 3] :let [y (* x x)]] (swap! seen conj y)) @seen)
;=> [1 4 9]
(doseq [x []] (println x))
;=> nil
(doseq [x [1]])
;=> nil

; # dotimes
(let [total (atom 0)] (dotimes [i 5] (swap! total + i)) @total)
;=> 10
(dotimes [i 0] (println i))
;=> nil
(dotimes [i 2] (println "turn" i))
;| turn 0
;| turn 1
;=> nil

; # while
(let [n (atom 0)] (while (< @n 5) (swap! n inc)) @n)
;=> 5
(while false 1)
;=> nil

; # Mistakes
(for [x] x)
;! 1:6 analysis-error: for needs a value for every name; x has none
;? write (for [x coll :when test] value)
(for [:when true] 1)
;! 1:7 analysis-error: for begins with a name and a collection, not with :when
(for [x [1] :if true] x)
;! 1:13 analysis-error: for knows no :if
;? the modifiers are :let [x …], :when test and :while test
(for x [1 2])
;! 1:6 analysis-error: for needs a vector of names and values, got x
;? write (for [x coll :when test] value)
(doseq [x 5] x)
;! 1:1 type-error: a collection is needed, got the integer 5
(dotimes [i "33"] i)
;! 1:1 type-error: long needs a number or a character, got the string "33"
;? (parse-long s) reads a number from a string
(dotimes [i 2 j 3] i)
;! 1:10 analysis-error: dotimes binds one name, got 2
;? write (dotimes [i n] body…)
