;;; def special
;; (def name value)
;; Gives a value a name, in this program and in later ones.
;; (def limit 3)
;; limit
;; ;=> 3

;;; defonce
;; (defonce name value)
;; As def, but a value that is there already stays.
;; (def visits 1)
;; (defonce visits 0)
;; visits
;; ;=> 1

;;; defn
;; (defn name doc? [params] body…)
;; Defines a function; with several lists of parameters, one for each number of arguments.
;; (defn area ([side] (area side side)) ([width height] (* width height)))
;; [(area 3) (area 3 4)]
;; ;=> [9 12]

;;; defn-
;; (defn- name [params] body…)
;; As defn: there is one namespace, so nothing is private.
;; (defn- twice [x] (* 2 x))
;; (twice 4)
;; ;=> 8
(defn- name & rest)  (clojure.core/defn name & rest)

;;; declare
;; (declare name…)
;; Says that names will be defined later, so that functions can call each other.
;; (declare odd-number?)
;; (defn even-number? [n] (if (= n 0) true (odd-number? (dec n))))
;; (defn odd-number? [n] (if (= n 0) false (even-number? (dec n))))
;; (even-number? 10)
;; ;=> true
:shows (declare & names)  (do & ((def names)))

;;; fn body starred
;; (fn name? [params] body…)
;; ;? write (fn [a b] body…) or (fn ([a] …) ([a b] …))
;; A function; #(+ % 1) is short for (fn [x] (+ x 1)).
;; (map (fn [[key value]] (+ key value)) {1 10 2 20})
;; ;=> (11 22)

;;; let body starred
;; (let [pattern value …] body…)
;; Names values for the body; patterns take vectors and maps apart.
;; (let [{:keys [a b] :or {b 2}} {:a 1}
;;       [x & more] [7 8 9]]
;;   [a b x more])
;; ;=> [1 2 7 (8 9)]

;;; letfn body starred
;; (letfn [(name [params] body…)…] body…)
;; Names functions that may call each other.
;; (letfn [(down [n] (if (pos? n) (down (dec n)) :done))] (down 3))
;; ;=> :done

;;; do block special
;; (do body…)
;; Evaluates one form after the other and gives the value of the last.
;; (do (inc 1) (inc 2))
;; ;=> 3

;;; if body special
;; (if test then else?)
;; ;? write (if test then else); several expressions go into (do …)
;; One of two values: the second if the test is nil or false.
;; (if (> 2 1) :yes :no)
;; ;=> :yes

;;; if-not body
;; (if-not test then else?)
;; As if, the other way round.
;; (if-not (> 2 1) :yes :no)
;; ;=> :no
:runs  (if-not test then)       (if test nil then)
:runs  (if-not test then else)  (if test else then)
:shows (if-not test then)       (clojure.core/if-not test then nil)
:shows (if-not test then else)  (if (clojure.core/not test) then else)

;;; when body
;; (when test body…)
;; The body if the test holds, else nil.
;; (when (> 2 1) :yes)
;; ;=> :yes
(when test & body)  (if test (do & body))

;;; when-not body
;; (when-not test body…)
;; The body if the test does not hold, else nil.
;; (when-not (> 2 1) :no)
;; ;=> nil
(when-not test & body)  (if test nil (do & body))

;;; if-let body
;; (if-let [pattern value] then else?)
;; Names a value and takes the first branch if it is neither nil nor false.
;; (if-let [n (get {:a 1} :a)] (inc n) 0)
;; ;=> 2
(if-let [name value] then)  (clojure.core/if-let [name value] then nil)
(if-let [name value] then else)
(clojure.core/let [temp__5802__auto__ value]
  (if temp__5802__auto__ (clojure.core/let [name temp__5802__auto__] then) else))

;;; if-some body
;; (if-some [pattern value] then else?)
;; As if-let, but only nil takes the second branch.
;; (if-some [flag (get {:a false} :a)] [flag] :missing)
;; ;=> [false]
(if-some [name value] then)  (clojure.core/if-some [name value] then nil)
(if-some [name value] then else)
(clojure.core/let [temp__5806__auto__ value]
  (if (clojure.core/nil? temp__5806__auto__) else (clojure.core/let [name temp__5806__auto__] then)))

;;; when-let body
;; (when-let [pattern value] body…)
;; Names a value for the body if it is neither nil nor false.
;; (when-let [n (get {:a 1} :b)] (inc n))
;; ;=> nil
(when-let [name value] & body)
(clojure.core/let [temp__5804__auto__ value]
  (clojure.core/when temp__5804__auto__ (clojure.core/let [name temp__5804__auto__] & body)))

;;; when-some body
;; (when-some [pattern value] body…)
;; Names a value for the body if it is not nil.
;; (when-some [n (get {:a 1} :a)] (inc n))
;; ;=> 2
(when-some [name value] & body)
(clojure.core/let [temp__5808__auto__ value]
  (if (clojure.core/nil? temp__5808__auto__) nil (clojure.core/let [name temp__5808__auto__] & body)))

;;; when-first body
;; (when-first [pattern coll] body…)
;; Names the first item of a collection for the body, if there is one.
;; (when-first [x [7 8]] (inc x))
;; ;=> 8
(when-first [name items] & body)
(clojure.core/when-let [xs__6360__auto__ (clojure.core/seq items)]
  (clojure.core/let [name (clojure.core/first xs__6360__auto__)] & body))

;;; cond block
;; (cond test value … :else value)
;; ;? write (cond test value … :else value)
;; The value behind the first test that holds.
;; (let [n 5] (cond (neg? n) :negative (zero? n) :zero :else :positive))
;; ;=> :positive
:runs  (cond :else then & _)       then
:wrong (cond test)                 "cond needs a value for every test; {} has none"
(cond)                             nil
(cond test then & clauses)         (if test then (clojure.core/cond & clauses))

;;; condp body
;; (condp pred value test value … default)
;; ;? write (condp = x 1 "one" 2 "two" "other")
;; The value behind the first test for which (pred test value) holds.
;; (condp = 2 1 :one 2 :two :many)
;; ;=> :two
:runs (condp pred value & clauses)
(clojure.core/let [pred__auto__ pred value__auto__ value] (%condp pred__auto__ value__auto__ & clauses))
:runs (%condp pred value)          (%no-match value)
:runs (%condp pred value default)  default
:wrong (%condp pred value test :>>)  ":>> needs a function after it"
:runs (%condp pred value test :>> then & clauses)
(clojure.core/if-let [found__auto__ (pred test value)] (then found__auto__) (%condp pred value & clauses))
:runs (%condp pred value test then & clauses)
(if (pred test value) then (%condp pred value & clauses))

;;; case body starred
;; (case value constant value … default)
;; ;? write (case x 1 "one" (2 3) "few" "other")
;; The value behind the constant that is equal; a list stands for any of its constants.
;; (case "b" "a" 1 ("b" "c") 2 0)
;; ;=> 2

;;; and
;; (and value…)
;; The first value that is nil or false, else the last.
;; (and 1 nil 2)
;; ;=> nil
:shows (and)           true
:shows (and x)         x
:shows (and x & more)
(clojure.core/let [and__5579__auto__ x]
  (if and__5579__auto__ (clojure.core/and & more) and__5579__auto__))

;;; or
;; (or value…)
;; The first value that is neither nil nor false, else the last. A name that was never defined counts as nil.
;; (or nil false 3)
;; ;=> 3
:shows (or)            nil
:shows (or x)          x
:shows (or x & more)
(clojure.core/let [or__5581__auto__ x]
  (if or__5581__auto__ or__5581__auto__ (clojure.core/or & more)))

;;; ->
;; (-> value step…)
;; Passes a value through steps, each time as the first argument.
;; (-> {:a 1} (assoc :b 2) (get :b))
;; ;=> 2
(-> value)                   value
(-> value (f & args) & more) (recur (f value & args) & more)
(-> value f & more)          (recur (f value) & more)

;;; ->>
;; (->> value step…)
;; Passes a value through steps, each time as the last argument.
;; (->> [1 2 3 4] (filter even?) (map inc))
;; ;=> (3 5)
(->> value)                   value
(->> value (f & args) & more) (recur (f & args value) & more)
(->> value f & more)          (recur (f value) & more)

;;; as-> body
;; (as-> value name step…)
;; Passes a value through steps under a name.
;; (as-> 5 n (* n 2) (- 100 n))
;; ;=> 90
:runs  (as-> value name)  value
:shows (as-> value name)  (clojure.core/let [name value] name)
(as-> value name & (step) last)  (clojure.core/let [name value & (name step)] last)

;;; some->
;; (some-> value step…)
;; As ->, but ends with nil as soon as a value is nil.
;; (some-> {:a nil} :a inc)
;; ;=> nil
:runs (some-> value)  value
:runs (some-> value step & more)
(clojure.core/let [value__auto__ value]
  (if (clojure.core/nil? value__auto__) nil (clojure.core/some-> (clojure.core/-> value__auto__ step) & more)))

;;; some->>
;; (some->> value step…)
;; As ->>, but ends with nil as soon as a value is nil.
;; (some->> nil (map inc))
;; ;=> nil
:runs (some->> value)  value
:runs (some->> value step & more)
(clojure.core/let [value__auto__ value]
  (if (clojure.core/nil? value__auto__) nil (clojure.core/some->> (clojure.core/->> value__auto__ step) & more)))

;;; cond->
;; (cond-> value test step …)
;; Passes a value through those steps whose tests hold, as the first argument.
;; (cond-> {:a 1} true (assoc :b 2) false (assoc :c 3))
;; ;=> {:a 1, :b 2}
:runs (cond-> value & (test step))
(clojure.core/let [value__auto__ value
                   & (value__auto__ (if test (clojure.core/-> value__auto__ step) value__auto__))]
  value__auto__)

;;; cond->>
;; (cond->> value test step …)
;; Passes a value through those steps whose tests hold, as the last argument.
;; (cond->> [1 2 3] true (map inc) false (filter even?))
;; ;=> (2 3 4)
:runs (cond->> value & (test step))
(clojure.core/let [value__auto__ value
                   & (value__auto__ (if test (clojure.core/->> value__auto__ step) value__auto__))]
  value__auto__)

;;; doto body
;; (doto value step…)
;; Calls the steps with a value as the first argument and gives the value.
;; (doto 5 (+ 1))
;; ;=> 5
:runs (doto value & (step))
(clojure.core/let [value__auto__ value] & ((clojure.core/-> value__auto__ step)) value__auto__)

;;; loop body starred
;; (loop [name value …] body…)
;; Names values and begins a loop that recur goes back to with new ones.
;; (loop [n 5 product 1] (if (> n 1) (recur (dec n) (* product n)) product))
;; ;=> 120

;;; recur special
;; (recur value…)
;; Goes back to the loop or function around it; stands only where nothing is left to do.
;; ((fn [n] (if (> n 10) n (recur (* 2 n)))) 1)
;; ;=> 16

;;; for body
;; (for [pattern coll :when test :let [name value] :while test …] value)
;; ;? write (for [x coll :when test] value)
;; A sequence of values, one for each combination of items.
;; (for [x [1 2 3] y [10 20] :when (odd? x)] (+ x y))
;; ;=> (11 21 13 23)

;;; doseq body
;; (doseq [pattern coll …] body…)
;; ;? write (doseq [x coll] body…)
;; Runs the body for each combination of items and gives nil; takes what for takes.
;; (doseq [x [1 2]] (memory/put :last x))
;; ;=> nil
;; memory/last
;; ;=> 2

;;; dotimes body
;; (dotimes [name n] body…)
;; ;? write (dotimes [i n] body…)
;; Runs the body with the name as 0, 1 … up to n less 1, and gives nil.
;; (dotimes [i 3] (memory/put :i i))
;; ;=> nil
:runs (dotimes [name n] & body)
(clojure.core/let [most__auto__ (clojure.core/long n)]
  (clojure.core/loop [name 0]
    (clojure.core/when (clojure.core/< name most__auto__) & body (recur (clojure.core/inc name)))))
:shows (dotimes [name n] & body)
(clojure.core/let [n__6088__auto__ (clojure.core/long n)]
  (clojure.core/loop [name 0]
    (clojure.core/when (clojure.core/< name n__6088__auto__) & body (recur (clojure.core/unchecked-inc name)))))

;;; while body
;; (while test body…)
;; Runs the body as long as the test holds, and gives nil.
;; (while (< (memory/get :n 0) 3) (memory/put :n (inc (memory/get :n 0))))
;; ;=> nil
(while test & body)  (clojure.core/loop [] (clojure.core/when test & body (recur)))

;;; try block special
;; (try body… (catch Class name body…)… (finally body…))
;; The value of the body, or of the first catch that sees the exception it raises. Limits are not seen by any.
;; (try (/ 1 0) (catch ArithmeticException e :infinite))
;; ;=> :infinite

;;; catch body special
;; (catch Class name body…)
;; The part of try for exceptions of a class: Exception, ArithmeticException, ExceptionInfo, :default …
;; (try (+ 1 nil) (catch Exception e :nothing))
;; ;=> :nothing

;;; finally block special
;; (finally body…)
;; The part of try that runs in any case; its value is not used.
;; (try 1 (finally 2))
;; ;=> 1

;;; throw special
;; (throw exception)
;; ;? write (throw (ex-info "message" {:key value}))
;; Raises an exception, which ex-info makes of a message and data.
;; (try (throw (ex-info "late" {:days 3})) (catch Exception e (:days (ex-data e))))
;; ;=> 3
:runs (throw exception)  (%throw exception)

;;; assert
;; (assert test message?)
;; Raises an exception if the test does not hold.
;; (assert (= 4 (+ 2 2)))
;; ;=> nil
:runs  (assert test)          (if test nil (%assertion (%source test)))
:runs  (assert test message)  (if test nil (%assertion (%source test) message))
:shows (assert test)
(clojure.core/when-not test
  (throw (new java.lang.AssertionError
    (clojure.core/str "Assert failed: " (clojure.core/pr-str (quote test))))))
:shows (assert test message)
(clojure.core/when-not test
  (throw (new java.lang.AssertionError
    (clojure.core/str "Assert failed: " message "\n" (clojure.core/pr-str (quote test))))))

;;; lazy-seq
;; (lazy-seq body…)
;; A sequence whose body runs when its first item is asked for.
;; (defn from [n] (lazy-seq (cons n (from (inc n)))))
;; (take 3 (from 5))
;; ;=> (5 6 7)
:runs  (lazy-seq & body)  (%lazy-seq (fn* [] & body))
:shows (lazy-seq & body)  (new clojure.lang.LazySeq (fn* [] & body))

;;; lazy-cat
;; (lazy-cat coll…)
;; The items of collections, each of which is evaluated when it is reached.
;; (take 3 (lazy-cat [1 2] [3 4]))
;; ;=> (1 2 3)
(lazy-cat & (coll))  (clojure.core/concat & ((clojure.core/lazy-seq coll)))

;;; delay
;; (delay body…)
;; A place whose body runs once, when it is asked for with force or @.
;; @(delay (+ 1 2))
;; ;=> 3
:runs  (delay & body)  (%delay (fn* [] & body))
:shows (delay & body)  (new clojure.lang.Delay (fn* [] & body))

;;; quote special
;; (quote form) or 'form
;; The form itself as data.
;; '(a 1)
;; ;=> (a 1)

;;; var special
;; #'name
;; The value of the name: there are no variables apart from their values.
;; (#'inc 1)
;; ;=> 2

;;; comment block
;; (comment …)
;; Nothing: nil.
;; (comment (anything at all))
;; ;=> nil
(comment & body)  nil

;;; with-out-str
;; (with-out-str body…)
;; What the body prints, as a string.
;; (with-out-str (print 1))
;; ;=> "1"
:runs (with-out-str & body)  (%with-out-str (fn* [] & body))

;;; time
;; (time body…)
;; The value of the body; time is not measured.
;; (time (+ 1 2))
;; ;=> 3
:runs (time & body)  (do & body)

;;; pvalues
;; (pvalues value…)
;; A sequence of the values; their calls of tools overlap.
;; (pvalues (+ 1 2) (* 3 4))
;; ;=> (3 12)
:runs (pvalues & (value))  (clojure.core/pcalls & ((fn* [] value)))

;;; doc
;; (doc name)
;; ;? see (doc name)
;; Prints how a function or form is written, what it does and an example.
;; (with-out-str (doc if))
;; ;=> "(if test then else?)\n\nOne of two values: the second if the test is nil or false.\n\n```clojure\n(if (> 2 1) :yes :no)\n;=> :yes\n```\n"

;;; defmulti
;; (defmulti name dispatch)
;; ;? write (defmulti name dispatch-function)
;; A function whose methods are chosen by what the dispatch function gives for the arguments.
;; (defmulti area :shape)
;; (defmethod area :square [{:keys [side]}] (* side side))
;; (defmethod area :default [_] 0)
;; [(area {:shape :square :side 3}) (area {})]
;; ;=> [9 0]

;;; defmethod
;; (defmethod name value [params] body…)
;; ;? write (defmethod name value [args] body…)
;; A method of a defmulti for one value of its dispatch function; :default for all others.
;; (defmulti speak identity)
;; (defmethod speak :cat [_] "meow")
;; (speak :cat)
;; ;=> "meow"
:runs (defmethod name value & rest)  (%add-method name value (clojure.core/fn & rest))

;;; defrecord
;; (defrecord Name [field…])
;; ;? write (defrecord Name [field field]); use plain maps rather than protocols
;; Constructors of maps with these fields.
;; (defrecord Point [x y])
;; [(->Point 1 2) (map->Point {:x 3})]
;; ;=> [{:x 1, :y 2} {:x 3, :y nil}]

;;; ns
;; (ns name (:require [namespace :as alias]))
;; Gives namespaces of the language other names; nothing is loaded.
;; (ns my.program (:require [clojure.string :as text]))
;; (text/upper-case "a")
;; ;=> "A"

;;; require
;; (require '[namespace :as alias])
;; As the :require of ns.
;; (require '[clojure.string :as text])
;; (text/upper-case "a")
;; ;=> "A"

;;; use
;; (use 'namespace)
;; As require: nothing is loaded, and names are written with their namespace.
;; (use 'clojure.string)
;; ;=> nil

;;; refer-clojure
;; (refer-clojure …)
;; Nothing: all names of clojure.core are there.
;; (refer-clojure :exclude '[map])
;; ;=> nil

;;; import
;; (import class…)
;; Does nothing: the classes that programs know are there, under their names with and without package.
;; (import '[java.time LocalDate])
;; (str (LocalDate/of 2024 1 31))
;; ;=> "2024-01-31"

;;; new special
;; (new Class argument…)
;; ;? write (Name. arguments…) for one of the few classes that are there, such as Exception.
;; As (Class. argument…), of the few classes that programs know.
;; (try (throw (new IllegalArgumentException "no")) (catch Exception e (ex-message e)))
;; ;=> "no"

;;; . special
;; (. object method argument…)
;; ;? write (.method object arguments…)
;; As (.method object argument…), or (Class/method argument…).
;; (. "abc" (toUpperCase))
;; ;=> "ABC"

;;; ..
;; (.. object method…)
;; ;? write (.method object arguments…)
;; One method after the other, each of what the one before gave.
;; (.. "abc" toUpperCase (substring 1))
;; ;=> "BC"
(.. x form)          (. x form)
(.. x form & forms)  (.. (. x form) & forms)

;;; memfn
;; (memfn method argument…)
;; ;? write #(.method %)
;; A function that calls a method of its argument; #(.method %) does the same.
;; (map (memfn toUpperCase) ["a" "b"])
;; ;=> ("A" "B")
:runs (memfn name & args)  (clojure.core/fn [target__auto__ & args] (. target__auto__ (name & args)))

;;; in-ns
;; (in-ns 'name)
;; Nothing: there is one namespace.
;; (in-ns 'user)
;; ;=> nil

;;; dosync
;; (dosync body…)
;; The value of the body: programs run alone, so every one is a transaction.
;; (dosync 1 2)
;; ;=> 2
:runs (dosync & body)  (do & body)

;;; sync
;; (sync options body…)
;; As dosync.
;; (sync nil 1 2)
;; ;=> 2
:runs (sync options & body)  (do options & body)

;;; io!
;; (io! body…)
;; The value of the body.
;; (io! (+ 1 2))
;; ;=> 3
:runs (io! & body)  (do & body)

;;; locking
;; (locking x body…)
;; The value of the body: programs run alone, so nothing has to be locked.
;; (locking :door (+ 1 2))
;; ;=> 3
:runs (locking x & body)  (do x & body)

;;; bound-fn
;; (bound-fn [params] body…)
;; As fn: names have no other values elsewhere.
;; ((bound-fn [x] (inc x)) 1)
;; ;=> 2
:runs (bound-fn & rest)  (clojure.core/fn & rest)

;;; amap
;; (amap array index result value)
;; A vector of a value for each index of a vector.
;; (let [v [1 2 3]] (amap v i all (* 10 (aget v i))))
;; ;=> [10 20 30]
:runs (amap array index result value)
(clojure.core/let [array__auto__ array result array__auto__]
  (clojure.core/mapv (clojure.core/fn [index] value) (clojure.core/range (clojure.core/alength array__auto__))))

;;; areduce
;; (areduce array index result init value)
;; The last of the values that are computed for each index of a vector from the one before.
;; (let [v [1 2 3]] (areduce v i sum 0 (+ sum (aget v i))))
;; ;=> 6
:runs (areduce array index result init value)
(clojure.core/let [array__auto__ array]
  (clojure.core/loop [index 0 result init]
    (if (clojure.core/< index (clojure.core/alength array__auto__)) (recur (clojure.core/inc index) value) result)))
