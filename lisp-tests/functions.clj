; Functions: parameters, closures, recursion.

; # fn
((fn [] 1))
;=> 1
((fn [x] x) 1)
;=> 1
((fn [x y] (+ x y)) 1 2)
;=> 3
((fn [x] :ignored (inc x)) 1)
;=> 2
((fn []))
;=> nil
(fn? (fn [] 1))
;=> true

; # Several arities
(defn greet ([] (greet "you")) ([name] (greet name "Hello")) ([name word] [word name]))
[(greet) (greet "Ann") (greet "Ann" "Hi")]
;=> [["Hello" "you"] ["Hello" "Ann"] ["Hi" "Ann"]]
((fn ([a] [:one a]) ([a b] [:two a b]) ([a b & more] [:more a b more])) 1 2 3 4)
;=> [:more 1 2 (3 4)]
((fn ([a] [:one a]) ([a b] [:two a b]) ([a b & more] [:more a b more])) 1 2)
;=> [:two 1 2]
(greet 1 2 3)
;! 1:1 arity-error: greet was given 3 arguments; it takes [] or [name] or [name word]
(map greet [1] [2] [3])
;! 1:1 arity-error: greet was given 3 arguments; it takes [] or [name] or [name word]
;? the function gets one item of each collection: (fn [item] …); of a map the entry: (fn [[k v]] …)

; # Variadic
((fn [& more] more))
;=> nil
((fn [& more] more) 1 2)
;=> (1 2)
((fn [a & more] [a more]) 1)
;=> [1 nil]
(apply (fn [a & more] [a more]) [1 2 3])
;=> [1 (2 3)]
(apply + 1 2 [3 4])
;=> 10
(apply + nil)
;=> 0

; # Named functions call themselves
((fn fact [n] (if (< n 2) 1 (* n (fact (dec n))))) 10)
;=> 3628800
(let [f (fn again [n] (if (> n 3) n (again (inc n))))] (f 0))
;=> 4

; # Closures
(let [x 1 f (fn [y] (+ x y))] (f 2))
;=> 3
(let [adder (fn [n] (fn [x] (+ n x))) add5 (adder 5)] (add5 1))
;=> 6
(def counter (let [n (atom 0)] (fn [] (swap! n inc))))
[(counter) (counter) (counter)]
;=> [1 2 3]
(map #(% 10) (map (fn [n] (fn [x] (* n x))) [1 2 3]))
;=> (10 20 30)
(let [x 1 f (fn [] x) x 2] [(f) x])
;=> [1 2]
((((fn [a] (fn [b] (fn [c] [a b c]))) 1) 2) 3)
;=> [1 2 3]

; # letfn
(letfn [(even [n] (if (= n 0) true (odd (dec n)))) (odd [n] (if (= n 0) false (even (dec n))))] [(even 10) (odd 10)])
;=> [true false]
(letfn [(f ([] (f 1)) ([n] (inc n)))] (f))
;=> 2
(let [n 10] (letfn [(add [x] (+ x n)) (twice [x] (add (add x)))] (twice 1)))
;=> 21
(letfn {f 1} 7)
;! 1:8 analysis-error: letfn takes a vector of functions
;? write (letfn [(name [params] body…)…] body…)
(letfn 5)
;! 1:8 analysis-error: letfn takes a vector of functions
;? write (letfn [(name [params] body…)…] body…)
(letfn (f [x] x) (f 1))
;! 1:8 analysis-error: letfn takes a vector of functions
;? write (letfn [(name [params] body…)…] body…)
(letfn [f] 1)
;! 1:9 analysis-error: letfn takes a vector of functions
;? write (letfn [(name [params] body…)…] body…)
(letfn [(f [] g) (g [] 1)] ((f)))
;=> 1

; # recur
(loop [n 5 total 0] (if (= n 0) total (recur (dec n) (+ total n))))
;=> 15
((fn [n total] (if (= n 0) total (recur (dec n) (+ total n)))) 100000 0)
;=> 5000050000
(loop [a 1 b 2] (if (> a 10) [a b] (recur b (+ a b))))
;=> [13 21]
((fn [a & more] (if more (recur (+ a (first more)) (next more)) a)) 1 2 3)
;=> 6
(loop [x 10] (when (> x 0) (recur (dec x))))
;=> nil
(loop [n 3 fs []] (if (= n 0) (map #(%) fs) (recur (dec n) (conj fs (fn [] n)))))
;=> (3 2 1)
(loop [i 0] (cond (> i 5) i (even? i) (recur (inc i)) :else (recur (+ i 2))))
;=> 7
(loop [] 1)
;=> 1
(loop [i 0] (let [j (inc i)] (if (< j 5) (recur j) j)))
;=> 5

; # pre and post
(defn half [n] {:pre [(even? n)] :post [(int? %)]} (quot n 2))
(half 4)
;=> 2
(half 3)
;! 1:23 value-error: Assert failed: (even? n)
(defn wrong [n] {:post [(> % n)]} n)
(wrong 1)
;! 1:25 value-error: Assert failed: (> % n)
((fn [x] {:pre [(pos? x)]}) 1)
;=> {:pre [true]}
((fn [x] {:a x}) 1)
;=> {:a 1}

; # What can be called
(:a {:a 1})
;=> 1
(:b {:a 1} 2)
;=> 2
({:a 1} :a)
;=> 1
({:a 1} :b 2)
;=> 2
(#{1 2} 2)
;=> 2
(#{1 2} 3)
;=> nil
([7 8 9] 1)
;=> 8
('a {'a 1})
;=> 1
(map :a [{:a 1} {:a 2}])
;=> (1 2)
(map {1 :one 2 :two} [2 1])
;=> (:two :one)
(filter #{1 3} [1 2 3])
;=> (1 3)
([7 8] 5)
;! 1:1 value-error: index 5 is outside of a vector of 2 items
;? (get v i) gives nil there, (nth v i default) a default
(let [f nil] (f 1))
;! 1:14 type-error: nil cannot be called
;? the function was nil: a key that is not there, or a name that holds no function
(let [f "text"] (f 1))
;! 1:17 type-error: the string "text" cannot be called
;? the first item of a list is called, operators too: (+ 1 2); data lists are written [1 2 3] or '(1 2 3)
(:a)
;! 1:1 analysis-error: :a takes a collection and, if need be, a default
;? write (:key map)

; # Functions of functions
((comp inc (partial * 2)) 5)
;=> 11
((juxt inc dec) 1)
;=> [2 0]
((complement even?) 1)
;=> true
((constantly 1) 2 3)
;=> 1
[((comp inc) 1) ((partial inc) 1) ((comp) 1) (= inc (comp inc) (partial inc))]
;=> [2 2 1 true]
(map fn? [(juxt nil) (complement nil) (partial nil 1) (every-pred 1) (some-fn "a") (fnil nil 0) (memoize nil)])
;=> (true true true true true true true)
((juxt inc nil) 1)
;! 1:1 type-error: nil cannot be called
;? the function was nil: a key that is not there, or a name that holds no function
(= inc inc)
;=> true
(= (fn [] 1) (fn [] 1))
;=> false

; # Locals shadow functions
(let [count 5] count)
;=> 5
(let [+ -] (+ 5 3))
;=> 2
((fn [first] (first 1)) inc)
;=> 2
(let [if (fn [& args] args)] (if 1 2 3))
;=> 2

; # Over no items a function is not asked for
[(map nil []) (filter nil []) (remove nil nil) (keep nil {}) (mapcat nil []) (map-indexed nil #{}) (keep-indexed nil "") (take-while nil []) (partition-by nil [])]
;=> [() () () () () () () () ()]
[(every? nil []) (some nil []) (not-any? nil []) (reduce nil 1 []) (group-by nil []) (sort-by nil []) (run! nil []) (update-vals {} nil) (update-keys nil nil) (merge-with nil {:a 1})]
;=> [true nil true 1 {} () nil {} {} {:a 1}]
[(map nil [] []) (mapv nil []) (filterv nil []) (into [] (map nil) []) (reduce-kv nil 1 {}) (split-with nil []) (repeatedly 0 nil)]
;=> [() [] [] [] 1 [() ()] ()]
(map nil [1])
;! 1:1 type-error: map needs a function as f, got nil
;? usage: (map f) (map f coll) (map f a b) (map f a b & more); in a chain use ->>, which puts the value last
(mapv 5 [1])
;! 1:1 type-error: mapv needs a function as f, got the integer 5
;? usage: (mapv f coll) (mapv f first & more); in a chain use ->>, which puts the value last
(sort-by nil [2 1])
;! 1:1 type-error: sort-by needs a function as f, got nil
;? usage: (sort-by f coll) (sort-by f comparator coll); in a chain use ->>, which puts the value last
(map [1 2] inc)
;! 1:1 type-error: map needs a collection as last argument, got the function inc
;? the arguments stand the other way round: write (map f coll)
(filterv [1 2] odd?)
;! 1:1 type-error: filterv needs a collection as last argument, got the function odd?
;? the arguments stand the other way round: write (filterv pred coll)
(partition-all :a [1])
;! 1:1 type-error: partition-all needs an integer as n, got the keyword :a
;? usage: (partition-all n) (partition-all n coll) (partition-all n step coll); in a chain use ->>, which puts the value last
(set/rename [1] {:a :b})
;! 1:1 type-error: rename needs a map, got the integer 1

; One item is not compared with any other.
[(sort-by neg? [nil]) (sort-by count [5]) (sort-by count > [5])]
;=> [(nil) (5) (5)]
[(partition 0 1 [1 2]) (partition 0 2 [1 2 3]) (partition-all 0 1 [1 2]) (partition 0 1 [:pad] [1 2]) (partition -1 1 [1 2]) (partition 0 1 [])]
;=> [(() ()) (() ()) (() ()) (() ()) () ()]
(take 2 (partition 0 1 (range)))
;=> (() ())
[(nthnext [1 2 3 4] 1.5) (nthrest [1 2 3 4] 1.5) (first (into () (range 100000))) (into () (map inc) [1 2])]
;=> [(3 4) (3 4) 99999 (3 2)]
(defn described "Doc." ([x] x) ([x y] [x y]) {:since 1})
(described 1 2)
;=> [1 2]
(as-> [1 2] [a b] (+ a b))
;=> 3
(as-> {:n 1} {:keys [n]} {:n (inc n)} n)
;=> 2
[(str (class 1)) (str "a" (type "b")) (class 1) (str 'a.b)]
;=> ["class java.lang.Long" "aclass java.lang.String" java.lang.Long "a.b"]
