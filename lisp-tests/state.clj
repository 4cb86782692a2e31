; Atoms, volatiles, delays and transients.

; What an atom held before does not change with it.
(def before [1 2])
(def a (atom before))
(swap! a conj 3)
[before @a]
;=> [[1 2] [1 2 3]]
(def inner {:v [1]})
(def b (atom inner))
(swap! b update :v conj 2)
(swap! b update-in [:w :x] (fnil conj #{}) 1)
[inner @b]
;=> [{:v [1]} {:v [1 2], :w {:x #{1}}}]

; An exception leaves the atom as it was.
(def c (atom {:n "x"}))
(try (swap! c update :n inc) (catch Exception e @c))
;=> {:n "x"}
(try (swap! c assoc :m) (catch Exception e @c))
;=> {:n "x"}
(try (swap! (atom [1]) (fn [v] (conj v 2) (throw (ex-info "no" {})))) (catch Exception e (ex-message e)))
;=> "no"

; Within its own function an atom holds the old value; if it changes meanwhile, the function runs again.
(def d (atom {:n 1}))
(swap! d (fn [m] (assoc m :seen (:n @d))))
;=> {:n 1, :seen 1}
(swap! d (fn [m] (swap! d assoc :first true) (assoc m :last true)))
;=> {:n 1, :seen 1, :first true, :last true}

(swap-vals! (atom #{1}) conj 2)
;=> [#{1} #{1 2}]
(let [x (atom [1])] [(compare-and-set! x [1] 2) (compare-and-set! x @x 3) @x])
;=> [false true 3]
(def odd-only (atom 1 :validator odd?))
(swap! odd-only + 2)
;=> 3
(reset! odd-only 2)
;! 1:1 value-error: Invalid reference state
;? the atom's :validator refused the integer 2
@odd-only
;=> 3
(swap! (volatile! 1) inc)
;! 1:1 type-error: swap! needs an atom, got the volatile #<Volatile 1>
;? volatiles are changed with vswap! and vreset!
(swap! {} assoc :a 1)
;! 1:1 type-error: swap! needs an atom, got the map {}
;? (def state (atom value)) makes one; @state reads it

; A delay runs once, also where it fails.
(def runs (atom 0))
(def broken (delay (swap! runs inc) (throw (ex-info "broken" {}))))
[(try @broken (catch Exception e (ex-message e))) (try @broken (catch Exception e (ex-message e))) @runs]
;=> ["broken" "broken" 1]

; Transients.
(let [t (transient {:a 1})] (assoc! t :b 2) [(get t :b) (t :a) (:a t) (count t) (contains? t :b) (persistent! t)])
;=> [2 1 1 2 true {:a 1, :b 2}]
(let [t (transient {:a 1})] (try (conj! t 5) (catch Exception e (persistent! t))))
;=> {:a 1}
(let [t (transient [])] (persistent! t) (conj! t 1))
;! 1:41 value-error: a transient was used after persistent!
;? use what persistent! gave; assoc!, conj! … are chained like assoc and conj
(conj! [1] 2)
;! 1:1 type-error: conj! needs a transient, got the vector [1]
;? (conj coll …) works on any collection; (transient coll) makes a transient

; A memoized function may call itself, and remembers nil.
(def fib (memoize (fn [n] (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2)))))))
(fib 80)
;=> 23416728348467685
(let [n (atom 0) f (memoize (fn [x] (swap! n inc) nil))] (f 1) (f 1) @n)
;=> 1

; Watches are told of every change, until they are removed.
(let [log (atom []) n (atom 1)]
  (add-watch n :log (fn [k a old new] (swap! log conj [k (= a n) old new])))
  (swap! n inc)
  (reset! n 5)
  (swap-vals! n inc)
  (compare-and-set! n 6 7)
  (remove-watch n :log)
  (reset! n 0)
  @log)
;=> [[:log true 1 2] [:log true 2 5] [:log true 5 6] [:log true 6 7]]
(let [n (atom 0 :validator even?) seen (atom 0)]
  (add-watch n 1 (fn [& _] (swap! seen inc)))
  (try (reset! n 1) (catch IllegalStateException e :refused))
  [@n @seen])
;=> [0 0]
(add-watch 1 :k println)
;! 1:1 type-error: add-watch needs an atom, got the integer 1
;? (def state (atom value)) makes one; @state reads it

; Whether anybody has asked for the items of a sequence, as in Clojure, though they may be there.
(let [s (map inc [1 2])] [(realized? s) (first s) (realized? s)])
;=> [false 2 true]
[(realized? (filter odd? [1 2])) (realized? (doall (map inc [1]))) (realized? (lazy-seq [1]))]
;=> [false true false]
(realized? (with-meta (lazy-seq [1 2]) {:from "a"}))
;=> true

; Transients answer what the collection in them answers.
[(counted? (transient [])) (ifn? (transient {})) ((transient #{:a}) :b 1) ((transient #{:a}) :a)]
;=> [true true 1 :a]

; One that changes what it watches without end reaches the limit.
(let [n (atom 0)] (add-watch n :more (fn [_ a _ _] (swap! a inc))) (swap! n inc))
;! limit-error: calls are nested too deeply: max_depth is 2000, and 2001 would be needed
;? use loop/recur or reduce instead of recursion; the host can raise max_depth

; A queue takes items at the end and gives them at the front; the old one stays as it was.
(let [q (conj clojure.lang.PersistentQueue/EMPTY 1 2 3)]
  [(peek q) (pop q) (conj (pop q) 4) (count q) (into q [8 9]) (peek (pop (pop (pop q)))) (= q [1 2 3]) q])
;=> [1 (2 3) (2 3 4) 3 (1 2 3 8 9) nil true (1 2 3)]
(loop [q (into clojure.lang.PersistentQueue/EMPTY (range 1000)) sum 0]
  (cond (empty? q) sum (zero? (mod (peek q) 3)) (recur (conj (pop q) 1) sum) :else (recur (pop q) (+ sum (peek q)))))
;=> 333001
[(empty (conj clojure.lang.PersistentQueue/EMPTY 1)) (seq clojure.lang.PersistentQueue/EMPTY) (pop clojure.lang.PersistentQueue/EMPTY)]
;=> [() nil ()]
