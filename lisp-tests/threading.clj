; Threading a value through steps.

; # ->
(-> 1)
;=> 1
(-> 1 inc)
;=> 2
(-> 1 inc (+ 10) (- 2))
;=> 10
(-> {:a {:b 1}} :a :b)
;=> 1
(-> [3 1 2] sort first)
;=> 1
(-> 1 (#(+ % 1)))
;=> 2
(-> 5 ((fn [x] (* x 2))))
;=> 10
(-> {:a 1} (assoc :b 2) (update :a inc))
;=> {:a 2, :b 2}

; # ->>
(->> [1 2 3] (map inc) (filter even?) (reduce +))
;=> 6
(->> 5 (- 10))
;=> 5
(->> 1)
;=> 1

; # They nest
(-> [1 2 3] (->> (map inc)) vec)
;=> [2 3 4]
(->> 3 (-> 10 (-)))
;! 1:6 analysis-error: the integer 3 cannot be called
;? the first item of a list is called, operators too: (+ 1 2); data lists are written [1 2 3] or '(1 2 3)

; # as->
(as-> 1 x (+ x 1) (* x x))
;=> 4
(as-> 1 x)
;=> 1
(as-> {:a [1 2]} $ (:a $) (map inc $) (vec $))
;=> [2 3]

; # some->
(some-> {:a {:b 1}} :a :b inc)
;=> 2
(some-> {:a nil} :a :b inc)
;=> nil
(some-> false not)
;=> true
(some-> nil)
;=> nil
(some->> [1 2 3] (map inc) (reduce +))
;=> 9
(some->> nil (map inc))
;=> nil

; # cond->
(cond-> 1 true inc false (* 10) :always (+ 5))
;=> 7
(cond-> {} true (assoc :a 1) nil (assoc :b 2))
;=> {:a 1}
(cond-> 1)
;=> 1
(cond->> [1 2 3] true (map inc) false (filter odd?))
;=> (2 3 4)
(let [x 5] (cond-> x (odd? x) inc (even? x) (* 100)))
;=> 6

; # doto
(deref (doto (atom 1) (swap! inc) (swap! + 10)))
;=> 12

; # The value is computed once
(let [calls (atom 0)] (some-> (swap! calls inc) inc inc) (cond-> (swap! calls inc) true inc) @calls)
;=> 2
