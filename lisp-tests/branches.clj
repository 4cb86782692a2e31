; Choosing: if and its kin.

; # if
(if true 1 2)
;=> 1
(if nil 1 2)
;=> 2
(if false 1)
;=> nil
(if 0 :yes :no)
;=> :yes
(if "" :yes :no)
;=> :yes
(if [] :yes :no)
;=> :yes
(if-not true 1 2)
;=> 2
(if-not false 1)
;=> 1

; # when
(when true 1 2)
;=> 2
(when false 1 2)
;=> nil
(when true)
;=> nil
(when-not nil :a :b)
;=> :b

; # and, or
[(and) (and 1) (and 1 2) (and 1 nil 2) (and false nil)]
;=> [true 1 2 nil false]
[(or) (or nil) (or nil 1 2) (or false nil) (or nil false)]
;=> [nil nil 1 nil false]
(let [calls (atom 0)] [(or 1 (swap! calls inc)) (and nil (swap! calls inc)) @calls])
;=> [1 nil 0]

; # if-let, when-let
(if-let [x 1] (inc x) :none)
;=> 2
(if-let [x nil] x :none)
;=> :none
(if-let [x false] x)
;=> nil
(if-let [[a b] [1 2]] (+ a b) :none)
;=> 3
(if-let [{:keys [a]} nil] a :none)
;=> :none
(let [x 5] (if-let [x nil] x x))
;=> 5
(when-let [x 1] :first (inc x))
;=> 2
(when-let [x nil] x)
;=> nil
(if-some [x false] [x] :none)
;=> [false]
(if-some [x nil] x :none)
;=> :none
(when-some [x false] [x])
;=> [false]
(when-first [x [7 8]] x)
;=> 7
(when-first [x []] x)
;=> nil
(when-first [x [nil]] [x])
;=> [nil]

; # cond
(cond)
;=> nil
(cond false 1)
;=> nil
(cond false 1 :else 2)
;=> 2
(cond nil 1 (= 1 1) 2 :else 3)
;=> 2
(cond :anything 1)
;=> 1
(defn size [n] (cond (< n 0) :negative (= n 0) :zero (< n 10) :small :else :large))
(map size [-1 0 5 50])
;=> (:negative :zero :small :large)

; # condp
(condp = 2 1 :one 2 :two)
;=> :two
(condp = 3 1 :one 2 :two :other)
;=> :other
(condp = 3 1 :one 2 :two)
;! 1:1 value-error: No matching clause: 3
;? a last expression alone is the default
(condp some [1 2 3] #{0 6} :>> inc #{2 3} :>> dec)
;=> 1
(condp < 5 10 :more 1 :less)
;=> :less

; # case
(case 1 1 :one 2 :two)
;=> :one
(case 3 1 :one :other)
;=> :other
(case 3 1 :one 2 :two)
;! 1:1 value-error: No matching clause: 3
;? add a last expression to case for everything else
(case :b (:a :b) 1 :c 2)
;=> 1
(case "b" "a" 1 "b" 2)
;=> 2
(case [1 2] [1 2] :pair :other)
;=> :pair
(case {:a 1} {:a 1} :map :other)
;=> :map
(case nil nil :nil :other)
;=> :nil
(case 'x x :symbol :other)
;=> :symbol
(case '(1 2) (quote (1 2)) :q :other)
;=> :q
(case \a \a :letter :other)
;=> :letter
(case true true :yes false :no)
;=> :yes
(case 1.5 1.5 :half)
;=> :half
(case (inc 1) 2 (do :first :last))
;=> :last
(case 1 1 :a 1 :b)
;! 1:14 analysis-error: Duplicate case test constant: 1
(case :x)
;! 1:1 value-error: No matching clause: :x
;? add a last expression to case for everything else

; # case in loops
(loop [n 0 seen []] (case n 3 seen (recur (inc n) (conj seen n))))
;=> [0 1 2]
