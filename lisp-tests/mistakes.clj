; Mistakes that are found before a program runs, all at once, with advice.

; # Unknown names
(fitler even? [1 2])
;! 1:2 analysis-error: unknown symbol fitler
;? did you mean filter?
(pritnln 1)
;! 1:2 analysis-error: unknown symbol pritnln
;? did you mean println?
(let [total 1] (+ totl 1))
;! 1:19 analysis-error: unknown symbol totl
;? did you mean total?
(foo 1)
;! 1:2 analysis-error: unknown symbol foo
;? did you mean for?
(strng/join [1 2])
;! 1:2 analysis-error: unknown function strng/join
;? in Clojure this is (str/join ", " coll)

; # All at once, and nothing runs
(println "never")
(foo 1)
(bar 2)
(inc 1 2)
;! 2:2 analysis-error: unknown symbol foo
;? did you mean for?
;! 3:2 analysis-error: unknown symbol bar
;? (def bar value) or (let [bar value] …) gives it a value before it is used
;! 4:1 analysis-error: inc was given 2 arguments; it takes 1: (inc n)
;? for example (inc 1) ;=> 2

; # Defined later
(defn a [] (b))
(defn b [] 1)
;! 1:13 analysis-error: unknown symbol b
;? it is defined later, on line 2: move that up, or write (declare b) before

; # Names from other languages
(len [1 2])
;! 1:2 analysis-error: unknown symbol len
;? in Clojure this is (count coll)
(append [1] 2)
;! 1:2 analysis-error: unknown symbol append
;? in Clojure this is (conj vector item), or (into a b) for two collections
(foreach [x [1]] x)
;! 1:2 analysis-error: unknown symbol foreach
;? in Clojure this is (doseq [x coll] …) for effects, (map f coll) for values
(push [1] 2)
;! 1:2 analysis-error: unknown symbol push
;? in Clojure this is (conj vector item), or (into a b) for two collections
(car [1])
;! 1:2 analysis-error: unknown symbol car
;? in Clojure this is (first coll)
(lambda [x] x)
;! 1:2 analysis-error: unknown symbol lambda
;? in Clojure this is (fn [x] …) or #(… %)
(!= 1 2)
;! 1:2 analysis-error: unknown symbol !=
;? in Clojure this is (not= a b)
(null? 1)
;! 1:2 analysis-error: unknown symbol null?
;? in Clojure this is nil, tested with (nil? x)
None
;! 1:1 analysis-error: unknown symbol None
;? in Clojure this is nil, tested with (nil? x)
(substring "abc" 1)
;! 1:2 analysis-error: unknown symbol substring
;? in Clojure this is (subs s start end), (subvec v start end)
(elif true 1)
;! 1:2 analysis-error: unknown symbol elif
;? in Clojure this is (cond test value … :else value) or (case x constant value … default)
(upcase "a")
;! 1:2 analysis-error: unknown symbol upcase
;? in Clojure this is (str/upper-case s)
(raise "x")
;! 1:2 analysis-error: unknown symbol raise
;? in Clojure this is (throw (ex-info "message" {})), or (fail reason) to end the run
(% 5 2)
;! 1:2 analysis-error: unknown symbol %
;? in Clojure this is (mod a b)

; # Numbers of arguments
(inc)
;! 1:1 analysis-error: inc was given 0 arguments; it takes 1: (inc n)
;? for example (inc 1) ;=> 2
(count 1 2)
;! 1:1 analysis-error: count was given 2 arguments; it takes 1: (count coll)
;? count takes one collection; count what matches with (count (filter pred coll))
(map)
;! 1:1 analysis-error: map was given 0 arguments; it takes 1 or more: (map f) (map f coll) (map f a b) (map f a b & more)
;? the function comes first, the collection last
(get {:a 1})
;! 1:1 analysis-error: get was given 1 argument; it takes 2 or 3: (get coll key) (get coll key default)
;? for example (get {:a 1} :a) ;=> 1
(defn two [a b] [a b])
(two 1)
;! 2:1 analysis-error: two was given 1 argument; it takes 2: [a b]
(defn at-least [a & more] a)
(at-least)
;! 2:1 analysis-error: at-least was given 0 arguments; it takes 1 or more: [a & more]
(defn some-arities ([a] a) ([a b c] a))
(some-arities 1 2)
;! 2:1 analysis-error: some-arities was given 2 arguments; it takes 1 or 3: [a] or [a b c]
(:a)
;! 1:1 analysis-error: :a takes a collection and, if need be, a default
;? write (:key map)
(:a {} 1 2)
;! 1:1 analysis-error: :a takes a collection and, if need be, a default
;? write (:key map)

; # Forms
(if)
;! 1:1 analysis-error: if was given 0 parts
;? write (if test then else); several expressions go into (do …)
(if 1 2 3 4)
;! 1:1 analysis-error: if was given 4 parts
;? write (if test then else); several expressions go into (do …)
(let x 1)
;! 1:6 analysis-error: let needs a vector of names and values, got x
;? write (let [pattern value …] body…)
(let [x])
;! 1:6 analysis-error: let needs a value for every name; x has none
;? write (let [pattern value …] body…)
(fn)
;! 1:1 analysis-error: fn was given 0 parts
;? write (fn [a b] body…) or (fn ([a] …) ([a b] …))
(fn x)
;! 1:1 analysis-error: a function needs a vector of parameters
;? write (fn [a b] body…) or (fn ([a] …) ([a b] …))
(defn f (x) x)
;! 1:9 analysis-error: a body of a function is ([params] …), got (x)
;? write (fn [a b] body…) or (fn ([a] …) ([a b] …))
;! 1:13 analysis-error: a body of a function is ([params] …), got x
;? write (fn [a b] body…) or (fn ([a] …) ([a b] …))
(cond 1)
;! 1:1 analysis-error: cond needs a value for every test; 1 has none
;? write (cond test value … :else value)
(cond true 1 false)
;! 1:1 analysis-error: cond needs a value for every test; false has none
;? write (cond test value … :else value)
(quote)
;! 1:1 analysis-error: quote was given 0 parts
;? write (quote form) or 'form
(catch Exception e 1)
;! 1:1 analysis-error: catch stands outside of try
;? write (try … (catch Exception e …))
(finally 1)
;! 1:1 analysis-error: finally stands outside of try
;? write (try … (catch Exception e …))
(try 1 (catch e 2))
;! 1:8 analysis-error: catch takes a class and a name
;? write (catch Exception e …)
(if-let [a 1 b 2] a)
;! 1:9 analysis-error: if-let binds one name, got 2
;? write (if-let [pattern value] then else?)
(throw)
;! 1:1 analysis-error: throw was given 0 parts
;? write (throw (ex-info "message" {:key value}))
(when)
;! 1:1 analysis-error: when was given 0 parts
;? write (when test body…)
(->)
;! 1:1 analysis-error: -> was given 0 parts
;? write (-> value step…)
(loop [x 1 y] x)
;! 1:7 analysis-error: loop needs a value for every name; y has none
;? write (loop [name value …] body…)

; # recur
(recur 1)
;! 1:1 analysis-error: recur stands where its value is still needed: it must be the last thing the loop or function does
;? call the function by its name, or keep the rest of the work in a loop variable
(loop [x 1] (inc (recur 2)))
;! 1:18 analysis-error: recur stands where its value is still needed: it must be the last thing the loop or function does
;? call the function by its name, or keep the rest of the work in a loop variable
(loop [x 1] (recur 1 2))
;! 1:13 analysis-error: recur was given 2 values; the loop or function has 1
;? give one value for each name of the loop
(fn [x] (recur))
;! 1:9 analysis-error: recur was given 0 values; the loop or function has 1
;? give one value for each name of the loop
(loop [x 1] (recur 2) 3)
;! 1:13 analysis-error: recur stands where its value is still needed: it must be the last thing the loop or function does
;? call the function by its name, or keep the rest of the work in a loop variable
(loop [x 1] (map (fn [y] (recur 1 2)) [1]))
;! 1:26 analysis-error: recur was given 2 values; the loop or function has 1
;? give one value for each name of the loop
(loop [x 1] (try (recur 2) (catch Exception e 1)))
;! 1:18 analysis-error: recur stands where its value is still needed: it must be the last thing the loop or function does
;? call the function by its name, or keep the rest of the work in a loop variable

; # What is no function
(1 2 3)
;! 1:1 analysis-error: the integer 1 cannot be called
;? the first item of a list is called, operators too: (+ 1 2); data lists are written [1 2 3] or '(1 2 3)
("text" 1)
;! 1:1 analysis-error: the string "text" cannot be called
;? the first item of a list is called, operators too: (+ 1 2); data lists are written [1 2 3] or '(1 2 3)
(nil)
;! 1:1 analysis-error: nil cannot be called
;? the first item of a list is called, operators too: (+ 1 2); data lists are written [1 2 3] or '(1 2 3)
(true)
;! 1:1 analysis-error: the boolean true cannot be called
;? the first item of a list is called, operators too: (+ 1 2); data lists are written [1 2 3] or '(1 2 3)
((1 2) 3)
;! 1:2 analysis-error: the integer 1 cannot be called
;? the first item of a list is called, operators too: (+ 1 2); data lists are written [1 2 3] or '(1 2 3)

; # Inside of try, what Clojure raises when it runs is raised when it runs
(try (inc) (catch Exception e :caught))
;=> :caught
(try (1 2) (catch ClassCastException e :caught))
;=> :caught

; # Comparators, predicates and collections in the wrong place
(sort-by :age [{:age 1}] >)
;! 1:1 analysis-error: sort-by takes the comparator before the collection
;? write (sort-by :age > [{:age 1}])
(max [1 2 3])
;! 1:1 analysis-error: (max [ … ]) gives the vector itself
;? write (apply max [ … ])
(and (where :a = 1) (where :b = 2))
;! 1:1 analysis-error: (and (where …) …) gives one of the predicates, not their combination
;? write (all-of (where …) (where …))
(filter (or (where :a) (any-of (where :b))) [])
;! 1:9 analysis-error: (or (where …) …) gives one of the predicates, not their combination
;? write (any-of (where …) (where …))
(let [v [1 2]] (max v))
;! 1:16 type-error: max needs numbers, got the vector [1 2]
;? (apply max coll) takes the items of a collection
(where :a 1)
;! 1:1 analysis-error: where was given 2 arguments; it takes 1 or 3: (where key) (where key op value)
;? write (where :a = 1)
(when-let [a 1 b 2] a)
;! 1:11 analysis-error: when-let binds one name, got 2
;? write (when-let [pattern value] body…)

; # Arguments in the wrong order, when it shows at run time
(filter [1 2] odd?)
;! 1:1 type-error: filter needs a collection as last argument, got the function odd?
;? the arguments stand the other way round: write (filter pred coll)
(take [1 2 3] 2)
;! 1:1 type-error: take needs a collection as last argument, got the integer 2
;? the arguments stand the other way round: write (take n coll)
(sort [3 1 2] >)
;! 1:1 type-error: sort needs a collection as last argument, got the function >
;? the arguments stand the other way round: write (sort comparator coll)
(sort-by [{:a 1}] :a)
;! 1:1 type-error: a collection is needed, got the keyword :a
;? usage: (sort-by f coll) (sort-by f comparator coll); in a chain use ->>, which puts the value last
(-> [1 2 3] (map inc))
;! 1:13 type-error: map needs a collection as last argument, got the function inc
;? the arguments stand the other way round: write (map f coll)
(->> {:a 1} (assoc :b 2))
;! 1:13 type-error: assoc needs a map or vector, got the keyword :b
;? usage: (assoc coll key value) (assoc coll key value & more); in a chain use ->, which puts the value first
(->> {:a 1} (update :a inc))
;! 1:13 type-error: update needs a map or vector, got the keyword :a
;? usage: (update coll key f) (update coll key f & more); in a chain use ->, which puts the value first
(->> [1 2] (conj 3))
;! 1:12 type-error: conj needs a collection, got the integer 3
;? usage: (conj) (conj coll) (conj coll item) (conj coll item & more); in a chain use ->, which puts the value first
(->> "a,b" (str/split #","))
;! 1:12 type-error: clojure.string/split needs a string as s, got the regex #","
;? the string comes first, the regex after it
(str/join [1 2] ",")
;! 1:1 type-error: clojure.string/join needs a separator first, got the vector [1 2]
;? write (str/join "," coll): the separator comes first
(get-in {:a 1} :a)
;! 1:1 type-error: get-in needs a vector of keys as path, got the keyword :a
;? write (get-in m [:a])
(apply max 1 2)
;! 1:1 type-error: a collection is needed, got the integer 2
;? usage: (apply f arguments) (apply f first & more)
(+ "a" "b")
;! 1:1 type-error: + needs numbers, got the string "a"
;? (str a b) joins strings
(+ [1] [2])
;! 1:1 type-error: + needs numbers, got the vector [1]
;? (apply + coll) takes the items of a collection; (concat a b) joins collections, (into a b) vectors
(let [n (atom 1)] (+ n 1))
;! 1:19 type-error: + needs numbers, got the atom #<Atom 1>
;? @name reads what an atom, volatile or delay holds
(first 5)
;! 1:1 type-error: first needs a collection, got the integer 5
;? usage: (first coll)
(throw "broken")
;! 1:1 type-error: throw needs an exception, got the string "broken"
;? write (throw (ex-info "message" {:key value}))

; # A key that is not there
(let [item {:price 3 :name "x"}] (* 2 (:prise item)))
;! 1:34 type-error: * needs numbers, got nil: there is no key :prise
;? the map has :price :name; did you mean :price?; (or x 0) gives a default
(map #(* 2 (:prise %)) [{:price 3}])
;! 1:6 type-error: * needs numbers, got nil: there is no key :prise
;? the map has :price; did you mean :price?; (or x 0) gives a default
(defn cost [{:keys [price qty]}] (* price qty))
(cost {:price 3})
;! 1:34 type-error: * needs numbers, got nil: nothing is found under :qty
;? (or x 0) gives a default
(defn shout [user] (str/upper-case (:nam user)))
(shout {:name "Ann"})
;! 1:20 type-error: clojure.string/upper-case needs a string as s, got nil: there is no key :nam
;? the map has :name; did you mean :name?; (or s "") gives a default
(let [order {:item {:sku 1}}] (inc (get-in order [:item :qty])))
;! 1:31 type-error: inc needs numbers, got nil: nothing is found under :item :qty
;? (or x 0) gives a default
(let [m {:n nil}] (inc (:n m)))
;! 1:19 type-error: inc needs numbers, got nil: nil is the value of :n
;? (or x 0) gives a default
(let [m {}] (< (:n m) 3))
;! 1:13 type-error: < needs numbers, got nil: there is no key :n
;? the map is empty; (or x 0) gives a default
(+ nil 1)
;! 1:1 type-error: + needs numbers, got nil
;? nil often comes from a key that is not there; (or x 0) gives a default

; # Words and operators of other languages
(1 + 2)
;! 1:1 analysis-error: the integer 1 cannot be called
;? the first item of a list is called, operators too: (+ 1 2); data lists are written [1 2 3] or '(1 2 3)
(let [x 5] (x = 3))
;! 1:12 type-error: the integer 5 cannot be called
;? the first item of a list is called, operators too: (+ 1 2); data lists are written [1 2 3] or '(1 2 3)
(if true then 1 else 2)
;! 1:1 analysis-error: if was given 5 parts
;? write (if test then else); several expressions go into (do …)
(while true (break))
;! 1:14 analysis-error: unknown symbol break
;? in Clojure this is (loop [x 0] (if done? result (recur (inc x)))), or (reduced x) to end a reduce
(items.map inc)
;! 1:2 analysis-error: unknown symbol items.map
;? methods are functions here: (f items), and fields are keys: (:map items)
(str/length "abc")
;! 1:2 analysis-error: unknown function str/length
;? in Clojure this is (count coll)
(str/contains? "abc" "b")
;! 1:2 analysis-error: unknown function str/contains?
;? in Clojure this is (contains? coll x) for keys, sets and vectors, (str/includes? s part) for strings
(json/parse "{}")
;! 1:2 analysis-error: unknown function json/parse
;? in Clojure this is (json/parse-string text true)
(defun f (x) x)
;! 1:2 analysis-error: unknown symbol defun
;? in Clojure this is (defn name [x] …)
(print-line "x")
;! 1:2 analysis-error: unknown symbol print-line
;? did you mean println?
(aset [1 2] 0 3)
;! 1:2 unsupported-error: aset is not available in this sandbox
;? arrays are vectors here and do not change: (vec (repeat n 0)) makes one, (assoc v i x) gives another
(future (+ 1 2))
;! 1:2 unsupported-error: future is not available in this sandbox
;? use (pmap f coll) or (pcalls f g): they overlap tool calls
(defmacro twice [x] x)
;! 1:2 unsupported-error: defmacro is not available in this sandbox
;? write a function: there are no macros of one's own
(class "x")
;=> java.lang.String

; # Predicates of fields
(filter (where status = "paid") [])
(filter (where :total between 1 10) [])
(filter (where :a = 1 and :b > 2) [])
(filter (not (where :total)) [])
(filter #(where :a = 1) [])
(filter (fn [x] (where :a = 1)) [])
;! 1:9 analysis-error: where takes a field as a keyword, got the name status
;? write (where :status …)
;! 1:16 analysis-error: unknown symbol status
;? (def status value) or (let [status value] …) gives it a value before it is used
;! 2:9 analysis-error: where has no operation between
;? the operations are = not= > < >= <= includes in; (all-of (where :n >= 1) (where :n <= 9)) asks for a range
;! 2:23 analysis-error: unknown symbol between
;? did you mean .between?
;! 2:9 analysis-error: where was given 4 arguments; it takes 1 or 3: (where key) (where key op value)
;? write (where :key), (where :key = value) or (where [:a :b] > 3)
;! 3:9 analysis-error: where holds one condition
;? write (all-of (where :a = 1) (where :b > 2))
;! 3:23 analysis-error: unknown symbol and
;? and is a form and no function: write #(and …) to pass it
;! 3:9 analysis-error: where was given 7 arguments; it takes 1 or 3: (where key) (where key op value)
;? write (where :key), (where :key = value) or (where [:a :b] > 3)
;! 4:9 analysis-error: (not (where …)) is false: a predicate is a function, and not nil
;? write (none-of (where :total))
;! 5:9 analysis-error: (where …) is a predicate already: the function around it gives that, for filter always true
;? write (filter (where …) coll)
;! 6:9 analysis-error: (where …) is a predicate already: the function around it gives that, for filter always true
;? write (filter (where …) coll)

; # Comparators that are none
(sort :desc [1 2])
;! 1:1 type-error: sort needs a function that compares, such as < or >, got the keyword :desc
;? (sort > coll) and (sort-by :key > coll) begin with the greatest, (sort-by :key coll) with the least
(sort-by :a :desc [{:a 1}])
;! 1:1 type-error: sort-by needs a function that compares, such as < or >, got the keyword :desc
;? (sort > coll) and (sort-by :key > coll) begin with the greatest, (sort-by :key coll) with the least
(sort-by > :a [{:a 1}])
;! 1:1 analysis-error: sort-by takes the key before the comparator
;? write (sort-by :a > [{:a 1}])
(sort #{1} [2 1])
;! 1:1 type-error: sort needs a function that compares, such as < or >, got the set #{1}
;? (sort > coll) and (sort-by :key > coll) begin with the greatest, (sort-by :key coll) with the least
(sort nil [2 1])
;=> (1 2)
(sorted-set-by :a 1 2)
;! 1:1 type-error: sorted-set-by needs a function that compares, such as < or >, got the keyword :a
;? (sort > coll) and (sort-by :key > coll) begin with the greatest, (sort-by :key coll) with the least

; # Functions that take another number of arguments than they are given
(reduce (fn [acc] acc) 0 [1 2])
;! 1:1 arity-error: a function was given 2 arguments; it takes [acc]
;? the function gets what came of the items before, and an item: (fn [result item] …)
(sort-by (fn [a b] (< a b)) [1 2])
;! 1:1 arity-error: a function was given 1 argument; it takes [a b]
;? the function gets one item: (sort-by :key coll); one of two items goes to (sort (fn [a b] …) coll)
(map-indexed (fn [x] x) [1])
;! 1:1 arity-error: a function was given 2 arguments; it takes [x]
;? the function gets the index and the item: (fn [i item] …)
(reduce-kv (fn [acc k] k) nil {1 2})
;! 1:1 arity-error: a function was given 3 arguments; it takes [acc k]
;? the function gets what came of the entries before, a key and a value: (fn [result k v] …)

; # Names that are used where they are not there yet
(let [f (fn [n] (f (dec n)))] (f 3))
;! 1:18 analysis-error: unknown symbol f
;? a value cannot use the name it is bound to; a function that calls itself has a name: (fn f [x] …)
(dotimes [i 3] (def acc (conj acc i)))
;! 1:31 value-error: acc was declared but has no value yet
;? (def acc value) gives it one; that must run before this
(let [{:keys a} {:a 1}] a)
;! 1:14 analysis-error: :keys takes a vector of names
;? write {:keys [a b]}
;! 1:25 analysis-error: unknown symbol a
;? (def a value) or (let [a value] …) gives it a value before it is used
(reduce and [true false])
;! 1:9 analysis-error: unknown symbol and
;? and is a form and no function: write #(and …) to pass it

; # Names of classes, methods and namespaces
(Integer/parseInteger "5")
;! 1:2 analysis-error: unknown function Integer/parseInteger
;? of Integer there are bitCount compare highestOneBit max min numberOfLeadingZeros numberOfTrailingZeros parseInt signum sum toBinaryString toHexString toOctalString toString valueOf
(java.time.LocalDate.now)
;! 1:2 analysis-error: unknown symbol java.time.LocalDate.now
;? did you mean LocalDate/now?
(str/format "%d" 5)
;! 1:2 analysis-error: unknown function str/format
;? did you mean format?
(JSON/parse "{}")
;! 1:2 analysis-error: unknown function JSON/parse
;? in Clojure this is (json/parse-string text true)
(memory/set :a 1)
;! 1:1 analysis-error: there is no function memory/set
;? write (memory/put :key value); (memory/put :key (f (memory/get :key))) changes what is there
(date-diff 1 2)
;! 1:2 analysis-error: unknown symbol date-diff
;? in Clojure this is (.between ChronoUnit/DAYS (LocalDate/parse a) (LocalDate/parse b))
(-> {:id 1} .id)
;! 1:13 unsupported-error: there are no Java methods; .id is not among those that are built in
;? (:id x) reads a key of a map; methods are functions of clojure.core and clojure.string

; # Dates and strings as numbers
(- "2024-01-15" "2024-01-10")
;! 1:1 type-error: - needs numbers, got the string "2024-01-15"
;? (.between ChronoUnit/DAYS (LocalDate/parse a) (LocalDate/parse b)) gives the days from a to b
(< "a" "b")
;! 1:1 type-error: < needs numbers, got the string "a"
;? (< (compare a b) 0) compares strings, and dates as they are written

; # Names behind an alias, in memory and of other libraries
(str/spilt "a,b" ",")
;! 1:2 analysis-error: unknown function str/spilt
;? did you mean str/split?
(str/jion "," [1])
;! 1:2 analysis-error: unknown function str/jion
;? did you mean str/join?
(set/unoin #{1} #{2})
;! 1:2 analysis-error: unknown function set/unoin
;? did you mean set/union?
(walk/postwalkk inc 1)
;! 1:2 analysis-error: unknown function walk/postwalkk
;? did you mean walk/postwalk?
(json/generate {})
;! 1:2 analysis-error: unknown function json/generate
;? did you mean json/generate-string?
(memory/keys)
;! 1:1 analysis-error: there is no function memory/keys
;? there are (memory/get :key), (memory/get :key default) and (memory/put :key value); (memory/put :key nil) lets go of what is there
(memory/delete :n)
;! 1:1 analysis-error: there is no function memory/delete
;? there are (memory/get :key), (memory/get :key default) and (memory/put :key value); (memory/put :key nil) lets go of what is there
(where :status "paid")
;! 1:1 analysis-error: where was given 2 arguments; it takes 1 or 3: (where key) (where key op value)
;? write (where :status = "paid")
(await (+ 1 2))
;! 1:2 unsupported-error: await is not available in this sandbox
;? calls of tools give their value at once: leave it out; (pmap f coll) and (pcalls f g) overlap calls
(go (+ 1 2))
;! 1:2 unsupported-error: go is not available in this sandbox
;? there are no channels: calls of tools give their value at once, (pmap f coll) and (pcalls f g) overlap them
(chan 1)
;! 1:2 unsupported-error: chan is not available in this sandbox
;? there are no channels: calls of tools give their value at once, (pmap f coll) and (pcalls f g) overlap them
(defrecord Circle [r] Object (toString [_] (str "circle " r)))
;! 1:23 unsupported-error: defrecord makes maps, which have no methods; Object stands for some
;? write (defrecord Name [field]) alone and plain functions beside it, or (defmulti name :kind) and (defmethod name :value [this] …) for what differs
(doc "inc")
;| (inc n)
;|
;| The number plus one.
;|
;| ```clojure
;| (inc 1)
;| ;=> 2
;| ```
;=> nil
(doc 'inc)
;| (inc n)
;|
;| The number plus one.
;|
;| ```clojure
;| (inc 1)
;| ;=> 2
;| ```
;=> nil
