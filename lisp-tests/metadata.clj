; Metadata: what a value carries along unseen.

; # Written, asked for, changed
(meta ^:checked [1])
;=> {:checked true}
(meta ^{:source "a" :page (+ 1 2)} {:x 1})
;=> {:source "a", :page 3}
(meta ^:a ^{:b 2} #{})
;=> {:b 2, :a true}
(meta [1])
;=> nil
(meta 1)
;=> nil
(meta (with-meta [1] nil))
;=> nil
(meta (vary-meta ^{:n 1} [] update :n inc))
;=> {:n 2}
[(meta '^:a (1 2)) (meta (first '[^:b [1]]))]
;=> [{:a true} {:b true}]
(with-meta [1] 1)
;! 1:1 type-error: with-meta needs a map or nil as metadata, got the integer 1
;? usage: (with-meta x meta)
(with-meta "a" {})
;! 1:1 type-error: with-meta needs a collection, symbol or function, got the string "a"
;? usage: (with-meta x meta)
^1 [2]
;! 1:1 parse-error: metadata must be a keyword, a map, a symbol or a string
;? write ^:name or ^{:key value} before the form

; # Unseen
[(= ^:a [1] [1]) (pr-str ^:a [1]) (get {^:a [1] :found} [1])]
;=> [true "[1]" :found]

; # Type hints say nothing
(defn shout ^String [^String s] (.toUpperCase s))
[(shout "a") (meta ^String [1])]
;=> ["A" nil]

; # Changing a collection keeps it
(map meta [(conj ^:a [1] 2) (assoc ^:a {} :k 1) (dissoc ^:a {:k 1} :k) (disj ^:a #{1} 1) (pop ^:a [1])])
;=> ({:a true} {:a true} {:a true} {:a true} {:a true})
(map meta [(into ^:a [] ^:b [1]) (merge ^:a {} ^:b {1 2}) (assoc-in ^:a {:k {}} [:k :l] 1) (empty ^:a [1])])
;=> ({:a true} {:a true} {:a true} {:a true})
(meta (reduce (fn [m i] (assoc m i i)) ^:a {} (range 100)))
;=> {:a true}
(meta (sort-by - (with-meta [1 2] {:a 1})))
;=> {:a 1}
(meta (conj (with-meta (list 1) {:a 1}) 2))
;=> {:a 1}

; # Making another one does not
(map meta [(vec ^:a [1]) (set ^:a #{1}) (mapv inc ^:a [1]) (map inc ^:a [1]) (rest ^:a '(1 2)) (seq ^:a [1])])
;=> (nil nil nil nil nil nil)
(map meta [(persistent! (transient ^:a [1])) (zipmap ^:a [1] [2]) (subvec ^:a [1 2] 1)])
;=> (nil nil nil)

; # Functions and atoms
(let [f (with-meta (fn [x] (* 2 x)) {:unit "m"})]
  [(f 4) (meta f) (fn? f) (map f [1 2])])
;=> [8 {:unit "m"} true (2 4)]
(let [place (atom 1 :meta {:a 1})]
  (alter-meta! place assoc :b 2)
  [@place (meta place)])
;=> [1 {:a 1, :b 2}]

; # Lazy sequences: the first item is made
(let [s (with-meta (iterate inc 1) {:a 1})] [(meta s) (take 3 s) (meta (rest s))])
;=> [{:a 1} (1 2 3) nil]
