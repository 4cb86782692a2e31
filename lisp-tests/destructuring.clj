; Destructuring: patterns in every place that binds names.

; # Vectors
(let [[a b] [1 2]] [a b])
;=> [1 2]
(let [[a b c] [1 2]] [a b c])
;=> [1 2 nil]
(let [[a] nil] a)
;=> nil
(let [[a & more] [1 2 3]] [a more])
;=> [1 (2 3)]
(let [[a & more] [1]] [a more])
;=> [1 nil]
(let [[a b :as all] [1 2 3]] [a b all])
;=> [1 2 [1 2 3]]
(let [[a & more :as all] [1 2 3]] [a more all])
;=> [1 (2 3) [1 2 3]]
(let [[[a b] [c]] [[1 2] [3]]] [a b c])
;=> [1 2 3]
(let [[_ second _] [1 2 3]] second)
;=> 2
(let [[a b] "xy"] [a b])
;=> ["x" "y"]
(let [[a b] '(1 2 3)] [a b])
;=> [1 2]
(let [[a b] (map inc [1 2])] [a b])
;=> [2 3]
(let [[a & [b & c]] [1 2 3 4]] [a b c])
;=> [1 2 (3 4)]
(let [[k v] (first {:a 1})] [k v])
;=> [:a 1]
(let [[& all] [1 2]] all)
;=> (1 2)
(let [[& all] []] all)
;=> nil
(let [[a & more] {:a 1 :b 2}] [a more])
;=> [[:a 1] ([:b 2])]
(let [[a b] {:a 1}] a)
;! 1:8 type-error: nth needs a vector, string or sequence, got the map {:a 1}
;? maps and sets have no positions: (get m k), (nth (seq coll) i)
(let [[a] 5] a)
;! 1:8 type-error: nth needs a vector, string or sequence, got the integer 5
;? maps and sets have no positions: (get m k), (nth (seq coll) i)

; # Maps
(let [{a :a b :b} {:a 1 :b 2}] [a b])
;=> [1 2]
(let [{:keys [a b]} {:a 1}] [a b])
;=> [1 nil]
(let [{:keys [a] :or {a 10}} {}] a)
;=> 10
(let [{:keys [a] :or {a 10}} {:a nil}] a)
;=> nil
(let [{:keys [a] :or {a 10}} {:a false}] a)
;=> false
(let [{:strs [a b]} {"a" 1 "b" 2}] [a b])
;=> [1 2]
(let [{:syms [a]} '{a 1}] a)
;=> 1
(let [{:keys [a] :as all} {:a 1 :b 2}] [a all])
;=> [1 {:a 1, :b 2}]
(let [{:keys [:a :b]} {:a 1 :b 2}] [a b])
;=> [1 2]
(let [{:keys [x/a y/b]} {:x/a 1 :y/b 2}] [a b])
;=> [1 2]
(let [{:x/keys [a b]} {:x/a 1 :x/b 2}] [a b])
;=> [1 2]
(let [{:keys [:x/a]} {:x/a 1}] a)
;=> 1
(let [{:x/syms [a]} '{x/a 1}] a)
;=> 1
(let [{a 0 b 1} [:x :y]] [a b])
;=> [:x :y]
(let [{n "name"} {"name" 1}] n)
;=> 1
(let [{{:keys [c]} :b} {:b {:c 3}}] c)
;=> 3
(let [{[a b] :point} {:point [1 2]}] [a b])
;=> [1 2]
(let [{:keys [a]} nil] a)
;=> nil
(let [{:keys [a]} '(:a 1)] a)
;=> 1
(let [{a :a :or {a 5}} {}] a)
;=> 5
(let [{:keys [a b] :or {b (+ a 1)}} {:a 1}] b)
;=> 2
(let [k :a {v k} {:a 1}] v)
;=> 1
(let [{:keys []} {:a 1}] :nothing)
;=> :nothing
(let [[{:keys [id]} {:keys [tags]}] [{:id 1} {:tags [:x]}]] [id tags])
;=> [1 [:x]]

; # Later bindings see earlier ones
(let [a 1 b (+ a 1) a (* b 10)] [a b])
;=> [20 2]
(let [[a b] [1 2] c (+ a b)] c)
;=> 3

; # Parameters
((fn [[a b] {:keys [c]}] [a b c]) [1 2] {:c 3})
;=> [1 2 3]
((fn [a & [b c]] [a b c]) 1 2)
;=> [1 2 nil]
(defn distance [[x1 y1] [x2 y2]] [(- x2 x1) (- y2 y1)])
(distance [1 2] [4 6])
;=> [3 4]
(defn ordered [{:keys [items sort-key] :or {sort-key :id}}] [sort-key (count items)])
(ordered {:items [1 2]})
;=> [:id 2]

; # Keyword arguments
(defn area [& {:keys [w h] :or {h 1}}] [w h])
[(area :w 2 :h 3) (area :w 2) (area) (area {:w 5})]
;=> [[2 3] [2 1] [nil 1] [5 1]]
(defn mixed [a & {:as options}] [a options])
[(mixed 1 :b 2) (mixed 1)]
;=> [[1 {:b 2}] [1 nil]]
(area :w 1 :h)
;! 1:15 value-error: keyword arguments need a value for every key; :h has none

; # loop
(loop [[x & more] [1 2 3] sum 0] (if x (recur more (+ sum x)) sum))
;=> 6
(loop [{:keys [n] :as state} {:n 0}] (if (< n 3) (recur (assoc state :n (inc n))) state))
;=> {:n 3}
(loop [[a b] [0 1] n 10] (if (= n 0) a (recur [b (+ a b)] (dec n))))
;=> 55

; # for and doseq
(for [[k v] {:a 1 :b 2}] [v k])
;=> ([1 :a] [2 :b])
(for [{:keys [id]} [{:id 1} {:id 2}]] id)
;=> (1 2)
(for [[a & more] [[1 2 3] [4]]] [a more])
;=> ([1 (2 3)] [4 nil])
(for [x [1 2] :let [[a b] [x (* x x)]]] (+ a b))
;=> (2 6)
(doseq [[k v] {:a 1 :b 2}] (println k v))
;| :a 1
;| :b 2
;=> nil

; # letfn, function literals, if-let, when-let
(letfn [(f [[a b]] (+ a b))] (f [1 2]))
;=> 3
(if-let [[a] [1]] a :none)
;=> 1
(when-let [{:keys [a]} {:a 1}] a)
;=> 1
(map (fn [[k v]] (str k v)) {:a 1})
;=> (":a1")
(reduce (fn [total {:keys [n]}] (+ total n)) 0 [{:n 1} {:n 2}])
;=> 3

; # Several arities
(defn both ([[a]] [:one a]) ([[a] {:keys [b]}] [:two a b]))
[(both [1]) (both [1] {:b 2})]
;=> [[:one 1] [:two 1 2]]

; # Strings are keys too
(let [{:keys [name]} {"name" "Ann"}] name)
;=> "Ann"
(let [{:strs [name]} {:name "Ann"}] name)
;=> "Ann"

; # What cannot be bound
(let [1 2] 1)
;! 1:7 analysis-error: 1 cannot be bound
;? bind a name, [a b & more] or {:keys [a b]}
(let [a/b 1] 1)
;! 1:7 analysis-error: a local cannot have a namespace: a/b
;? bind a plain name
(let [:a 1] 1)
;! 1:7 analysis-error: :a cannot be bound
;? bind a name, [a b & more] or {:keys [a b]}
(let [a] a)
;! 1:6 analysis-error: let needs a value for every name; a has none
;? write (let [pattern value …] body…)
(let (a 1) a)
;! 1:6 analysis-error: let needs a vector of names and values, got (a 1)
;? write (let [pattern value …] body…)
(fn [a &] a)
;! 1:5 analysis-error: after & comes one name for the rest
;? write [a b & more]
(fn [& a b] a)
;! 1:5 analysis-error: after & comes one name for the rest
;? write [a b & more]
(let [{:keys [1]} {}] 1)
;! 1:15 analysis-error: :keys takes names, got 1
;? write {:keys [a b]}

; # A sequence of one item taken apart as a map is that item
(let [{:keys [a] :as m} '([:a 0])] [a m])
;=> [nil [:a 0]]
(let [{:keys [a] :as m} '({:a 1})] [a m])
;=> [1 {:a 1}]
(let [{:keys [a b]} '(:a 1 [:b 2])] [a b])
;=> [1 2]
