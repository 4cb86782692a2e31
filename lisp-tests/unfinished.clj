; What memory holds of lazy sequences: those that surely end are made as a whole when the program ends, of others only a
; beginning, as far as it costs little.

(def powers (iterate #(* % %) 2))
(take 5 powers)
;=> (2 4 16 256 65536)
(last (take 7 powers))
;=> 18446744073709551616N
(def wow (iterate #(str % %) "a"))
(take 3 wow)
;=> ("a" "aa" "aaaa")
(count (nth wow 10))
;=> 1024
(def quotients (map #(/ 10 (- 5 %)) (range)))
(take 3 quotients)
;=> (2 2.5 3.3333333333333335)
; The item that cannot be made says so each time; those behind it are never reached.
[(nth quotients 4) (try (nth quotients 6) (catch Exception e (ex-message e))) (try (nth quotients 5) (catch Exception e (ex-message e)))]
;=> [10 "Divide by zero" "Divide by zero"]
(defn sieve [s] (lazy-seq (cons (first s) (sieve (remove #(zero? (mod % (first s))) (rest s))))))
(def primes (sieve (iterate inc 2)))
(take 5 primes)
;=> (2 3 5 7 11)
(take 8 primes)
;=> (2 3 5 7 11 13 17 19)
(def fibs (lazy-cat [0 1] (map + fibs (rest fibs))))
(nth fibs 50)
;=> 12586269025
(nth fibs 60)
;=> 1548008755920
(def deeper (iterate vector []))
(count (take 400 deeper))
;=> 400
(def rows (iterate (fn [row] (cons 1 (map (partial apply +) (partition-all 2 1 row)))) [1]))
(nth rows 4)
;=> (1 4 6 4 1)
(nth rows 5)
;=> (1 5 10 10 5 1)

; Effects belong to the program that made a sequence which ends, also deep within other values.
(def made (atom 0))
(defn seen [x] (swap! made inc) x)
(def some-maps {:all [(take 1500 (map seen (iterate inc 1)))]})
1
;=> 1
[@made (count (first (:all some-maps))) @made]
;=> [1500 1500 1500]
(def held (atom nil))
(do (reset! made 0) (reset! held (take 3 (map seen (range 2000000)))) nil)
;=> nil
@made
;=> 3
(reset! made 0)
(def both (map + (map seen (iterate inc 0)) [10 20 30]))
;=> #'user/both
@made
;=> 4
; And so do its errors.
(def broken (take 3 (map #(/ 6 %) (iterate dec 1))))
;! 1:26 value-error: Divide by zero
; A sequence of parts ends when one of them has no end.
(def parts (mapcat #(if (= % 2) (repeat %) [%]) (take 3 (iterate inc 1))))
(take 3 parts)
;=> (1 2 2)
(def grouped (partition-by #(quot % 3) (iterate inc 0)))
(take 2 grouped)
;=> ((0 1 2) (3 4 5))
(take 3 grouped)
;=> ((0 1 2) (3 4 5) (6 7 8))
(def odd-ones (sequence (comp (map inc) (filter odd?)) (iterate inc 0)))
(take 3 odd-ones)
;=> (1 3 5)
(def totals (reductions + (iterate inc 1)))
(nth totals 1100)
;=> 606651
(def nodes (tree-seq map? :parts {:parts [{:n 1}]}))
nodes
;=> ({:parts [{:n 1}]} {:n 1})

; Sequences are compared as they are made.
[(= (iterate inc 1) [1 2 4]) (= (repeat 1000000 :x) [:x :x]) (= (map inc (take 2 (iterate inc 0))) [1 2]) (= [1] (range 1 2000000))]
;=> [false false true false]
[(not= (repeat :x) [:x :y]) (= [[1 2]] [(take 2 (iterate inc 1))])]
;=> [true true]

; # `or` gives a default where a name has no value yet
(def total (inc (or total 0)))
total
;=> 1
(def total (inc (or total 0)))
total
;=> 2
(defn bump [] (memory/put :bumps (inc (or bumps 0))))
[(bump) (bump)]
;=> [1 2]
(bump)
;=> 3
(do (defn later [] (or soon 0)) [(later) (do (def soon 5) (later))])
;=> [0 5]
(declare not-yet)
(or not-yet :default)
;=> :default
(let [x nil] (or x (or y z 3)))
;=> 3
