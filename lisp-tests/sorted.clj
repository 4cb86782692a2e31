; Sorted maps and sets.

[(assoc (sorted-map 2 :b) 1 :a) (conj (sorted-set 2) 3 1) (dissoc (sorted-map 1 2 3 4) 1) (disj (sorted-set 1 2) 1)]
;=> [{1 :a, 2 :b} #{1 2 3} {3 4} #{2}]
(sorted? (merge (sorted-map 1 1) {0 0}))
;=> true
(sorted? (update-vals (sorted-map 1 1) inc))
;=> false

; The comparator decides which keys are one; the first spelling stays.
(def by-length (fn [a b] (compare (count a) (count b))))
(sorted-set-by by-length "aa" "b" "cc")
;=> #{"b" "aa"}
(assoc (sorted-map-by by-length "aa" 1) "bb" 2)
;=> {"aa" 2}
(let [s (sorted-set-by by-length "aa") m (sorted-map-by by-length "aa" 1)]
  [(contains? s "zz") (get s "zz") (s "zz") (m "zz") (get m "zz") (find m "zz")])
;=> [true "aa" "aa" 1 1 ["aa" 1]]

; Keys that cannot be compared are refused, but a keyword and the string of its name are one key.
(get (sorted-map 1 2) :a)
;! 1:1 type-error: the integer 1 and the keyword :a cannot be compared
;? numbers, strings, keywords, symbols, booleans, dates and vectors compare with their own kind; sort-by a key of one type
(let [m (sorted-map :a 1)] [(get m "a") (get m "b") (assoc m "a" 2) (dissoc m "a")])
;=> [1 nil {:a 2} {}]
(assoc (sorted-map :a 1) "b" 2)
;! 1:1 type-error: the keyword :a and the string "b" cannot be compared
;? numbers, strings, keywords, symbols, booleans, dates and vectors compare with their own kind; sort-by a key of one type

; Parts.
(let [s (sorted-set 1 2 3 4)] [(subseq s > 2) (subseq s > 9) (subseq s < 0) (rsubseq s <= 3) (rsubseq s > 3)])
;=> [(3 4) nil () (3 2 1) (4)]
(let [s (sorted-set 1 2 3 4)] [(subseq s >= 2 < 4) (subseq s > 3 < 3) (rsubseq s > 1 <= 3)])
;=> [(2 3) () (3 2)]
(subseq [1 2] > 1)
;! 1:1 type-error: subseq needs a sorted map or set, got the vector [1 2]
;? usage: (subseq coll test key) (subseq coll start_test start end_test end); in a chain use ->, which puts the value first

; Equality does not ask for the order.
[(= (sorted-map-by > 1 2 3 4) {1 2 3 4}) (= {1 2 3 4} (sorted-map-by > 1 2 3 4)) (= (sorted-set-by > 1 2) #{1 2})]
;=> [true true true]
