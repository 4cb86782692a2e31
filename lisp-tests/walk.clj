; Walking over nested data, entries of maps, and macros as data.

; # An entry of a map knows what it is
(map map-entry? {:a 1})
;=> (true)
[(map-entry? [1 2]) (map-entry? (find {:a 1} :a)) (map-entry? (first (sorted-map 1 2)))]
;=> [false true true]
(mapv map-entry? (sort-by val {:a 2 :b 1}))
;=> [true true]
(let [e (first {:a 1})] [(key e) (val e) (vector? e) (= e [:a 1]) (conj e 2) (assoc e 1 5) (pop e) (subvec e 1)])
;=> [:a 1 true true [:a 1 2] [:a 5] [:a] [1]]
(map map-entry? (let [e (first {:a 1})] [(vec e) (into [] e) (conj e 2) (assoc e 1 5) (with-meta (vec e) {:m 1})]))
;=> (false false false false false)
(empty (first {:a 1}))
;=> nil

; # postwalk and prewalk meet entries
(clojure.walk/postwalk #(if (map-entry? %) [(key %) (inc (val %))] %) {:a 1 :b 2})
;=> {:a 2, :b 3}
(clojure.walk/postwalk (fn [x] (if (map-entry? x) [:e x] x)) [[1 2] {:a 1}])
;=> [[1 2] {:e [:a 1]}]
(clojure.walk/prewalk (fn [x] (if (and (vector? x) (not (map-entry? x))) (set x) x)) {:a [1 2] :b [[3]]})
;=> {:a #{1 2}, :b #{#{3}}}
(clojure.walk/postwalk-replace {:a 1} {:a :a})
;=> {1 1}

; # Macros as data: what Clojure makes of them
(macroexpand-1 '(cond a 1 :else 2))
;=> (if a 1 (clojure.core/cond :else 2))
(macroexpand '(->> xs (map f) (filter g)))
;=> (filter g (map f xs))
(macroexpand-1 '(if-not a b))
;=> (clojure.core/if-not a b nil)
(macroexpand-1 '(as-> x y (f y) (g y)))
;=> (clojure.core/let [y x y (f y)] (g y))
(macroexpand-1 '(letfn [(f [x] x)] (f 1)))
;=> (letfn* [f (clojure.core/fn f [x] x)] (f 1))
(macroexpand-1 '(while a b))
;=> (clojure.core/loop [] (clojure.core/when a b (recur)))
(clojure.walk/macroexpand-all '(defn f [x] (when-not x (-> 1 inc (and)))))
;=> (def f (fn* ([x] (if x nil (do (inc 1))))))
(clojure.walk/macroexpand-all '[(when a b) {:k (or c)}])
;=> [(if a (do b)) {:k c}]
(map macroexpand-1 ['x 1 nil '() '(f x) [1]])
;=> (x 1 nil () (f x) [1])
(macroexpand-1 '(some-> x f))
;! 1:1 unsupported-error: the expansion of this some-> has names or classes that only Clojure itself can make
;? expand a simpler form; programs need no expansion to run
(macroexpand-1 '(lazy-cat [1] xs))
;=> (clojure.core/concat (clojure.core/lazy-seq [1]) (clojure.core/lazy-seq xs))
(macroexpand-1 '(declare a b))
;=> (do (def a) (def b))
(macroexpand-1 '(.. a b (c 1)))
;=> (.. (. a b) (c 1))
(macroexpand-1 '(as-> x y))
;=> (clojure.core/let [y x] y)
(macroexpand-1 '(if-let [[a] x] a))
;=> (clojure.core/if-let [[a] x] a nil)
(macroexpand-1 '(and a b c))
;=> (clojure.core/let [and__5579__auto__ a] (if and__5579__auto__ (clojure.core/and b c) and__5579__auto__))
(macroexpand '(when-first [x xs] x))
;=> (let* [temp__5804__auto__ (clojure.core/seq xs)] (clojure.core/when temp__5804__auto__ (clojure.core/let [xs__6360__auto__ temp__5804__auto__] (clojure.core/let [x (clojure.core/first xs__6360__auto__)] x))))
(meta (macroexpand-1 '(-> x ^{:a 1} (f 1))))
;=> {:a 1}
(map macroexpand-1 '((require a) (def x 1) (catch E e) (vswap! v f 1)))
;=> ((require a) (def x 1) (catch E e) (.reset v (f (.deref v) 1)))
(map macroexpand-1 '((case a 1 2)))
;! 1:1 unsupported-error: the expansion of this case has names or classes that only Clojure itself can make
;? expand a simpler form; programs need no expansion to run
(macroexpand-1 '(when))
;! 1:1 value-error: when takes no 0 parts of these kinds

; # A sequence of entries is as good as the map
[(update-vals (seq {:a 1}) inc) (update-keys (sort {:b 1 :a 2}) name) (reduce-kv assoc {} (filter val {:a 1 :b nil}))]
;=> [{:a 2} {"a" 2, "b" 1} {:a 1}]
