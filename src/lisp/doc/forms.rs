//! The forms that are no functions, in the notation of the builtins.

use super::Paragraph;

/// A special form or a piece of sugar.
pub struct Form {
    /// Its name.
    pub name: &'static str,
    /// How it is written.
    pub shape: &'static str,
    /// What it does, then examples.
    pub text: &'static str,
}

impl Form {
    pub(super) fn paragraph(&self) -> Paragraph {
        Paragraph::of(self.text.lines().map(str::trim_start))
    }
}

macro_rules! forms {
    ($($name:literal $shape:literal $text:literal)*) => {
        /// The forms, those that belong together next to each other.
        pub const FORMS: &[Form] = &[$(Form { name: $name, shape: $shape, text: $text }),*];
    };
}

forms! {
    "def" "(def name value)"
        "Gives a value a name, in this program and in later ones.
        (def limit 3)
        limit
        ;=> 3"
    "defonce" "(defonce name value)"
        "As def, but a value that is there already stays.
        (def visits 1)
        (defonce visits 0)
        visits
        ;=> 1"
    "defn" "(defn name doc? [params] body…)"
        "Defines a function; with several lists of parameters, one for each number of arguments.
        (defn area ([side] (area side side)) ([width height] (* width height)))
        [(area 3) (area 3 4)]
        ;=> [9 12]"
    "defn-" "(defn- name [params] body…)"
        "As defn: there is one namespace, so nothing is private.
        (defn- twice [x] (* 2 x))
        (twice 4)
        ;=> 8"
    "declare" "(declare name…)"
        "Says that names will be defined later, so that functions can call each other.
        (declare odd-number?)
        (defn even-number? [n] (if (= n 0) true (odd-number? (dec n))))
        (defn odd-number? [n] (if (= n 0) false (even-number? (dec n))))
        (even-number? 10)
        ;=> true"
    "fn" "(fn name? [params] body…)"
        "A function; #(+ % 1) is short for (fn [x] (+ x 1)).
        (map (fn [[key value]] (+ key value)) {1 10 2 20})
        ;=> (11 22)"
    "let" "(let [pattern value …] body…)"
        "Names values for the body; patterns take vectors and maps apart.
        (let [{:keys [a b] :or {b 2}} {:a 1}
              [x & more] [7 8 9]]
          [a b x more])
        ;=> [1 2 7 (8 9)]"
    "letfn" "(letfn [(name [params] body…)…] body…)"
        "Names functions that may call each other.
        (letfn [(down [n] (if (pos? n) (down (dec n)) :done))] (down 3))
        ;=> :done"
    "do" "(do body…)"
        "Evaluates one form after the other and gives the value of the last.
        (do (inc 1) (inc 2))
        ;=> 3"
    "if" "(if test then else?)"
        "One of two values: the second if the test is nil or false.
        (if (> 2 1) :yes :no)
        ;=> :yes"
    "if-not" "(if-not test then else?)"
        "As if, the other way round.
        (if-not (> 2 1) :yes :no)
        ;=> :no"
    "when" "(when test body…)"
        "The body if the test holds, else nil.
        (when (> 2 1) :yes)
        ;=> :yes"
    "when-not" "(when-not test body…)"
        "The body if the test does not hold, else nil.
        (when-not (> 2 1) :no)
        ;=> nil"
    "if-let" "(if-let [pattern value] then else?)"
        "Names a value and takes the first branch if it is neither nil nor false.
        (if-let [n (get {:a 1} :a)] (inc n) 0)
        ;=> 2"
    "if-some" "(if-some [pattern value] then else?)"
        "As if-let, but only nil takes the second branch.
        (if-some [flag (get {:a false} :a)] [flag] :missing)
        ;=> [false]"
    "when-let" "(when-let [pattern value] body…)"
        "Names a value for the body if it is neither nil nor false.
        (when-let [n (get {:a 1} :b)] (inc n))
        ;=> nil"
    "when-some" "(when-some [pattern value] body…)"
        "Names a value for the body if it is not nil.
        (when-some [n (get {:a 1} :a)] (inc n))
        ;=> 2"
    "when-first" "(when-first [pattern coll] body…)"
        "Names the first item of a collection for the body, if there is one.
        (when-first [x [7 8]] (inc x))
        ;=> 8"
    "cond" "(cond test value … :else value)"
        "The value behind the first test that holds.
        (let [n 5] (cond (neg? n) :negative (zero? n) :zero :else :positive))
        ;=> :positive"
    "condp" "(condp pred value test value … default)"
        "The value behind the first test for which (pred test value) holds.
        (condp = 2 1 :one 2 :two :many)
        ;=> :two"
    "case" "(case value constant value … default)"
        "The value behind the constant that is equal; a list stands for any of its constants.
        (case \"b\" \"a\" 1 (\"b\" \"c\") 2 0)
        ;=> 2"
    "and" "(and value…)"
        "The first value that is nil or false, else the last.
        (and 1 nil 2)
        ;=> nil"
    "or" "(or value…)"
        "The first value that is neither nil nor false, else the last. A name that was never defined counts as nil.
        (or nil false 3)
        ;=> 3"
    "->" "(-> value step…)"
        "Passes a value through steps, each time as the first argument.
        (-> {:a 1} (assoc :b 2) (get :b))
        ;=> 2"
    "->>" "(->> value step…)"
        "Passes a value through steps, each time as the last argument.
        (->> [1 2 3 4] (filter even?) (map inc))
        ;=> (3 5)"
    "as->" "(as-> value name step…)"
        "Passes a value through steps under a name.
        (as-> 5 n (* n 2) (- 100 n))
        ;=> 90"
    "some->" "(some-> value step…)"
        "As ->, but ends with nil as soon as a value is nil.
        (some-> {:a nil} :a inc)
        ;=> nil"
    "some->>" "(some->> value step…)"
        "As ->>, but ends with nil as soon as a value is nil.
        (some->> nil (map inc))
        ;=> nil"
    "cond->" "(cond-> value test step …)"
        "Passes a value through those steps whose tests hold, as the first argument.
        (cond-> {:a 1} true (assoc :b 2) false (assoc :c 3))
        ;=> {:a 1, :b 2}"
    "cond->>" "(cond->> value test step …)"
        "Passes a value through those steps whose tests hold, as the last argument.
        (cond->> [1 2 3] true (map inc) false (filter even?))
        ;=> (2 3 4)"
    "doto" "(doto value step…)"
        "Calls the steps with a value as the first argument and gives the value.
        (doto 5 (+ 1))
        ;=> 5"
    "loop" "(loop [name value …] body…)"
        "Names values and begins a loop that recur goes back to with new ones.
        (loop [n 5 product 1] (if (> n 1) (recur (dec n) (* product n)) product))
        ;=> 120"
    "recur" "(recur value…)"
        "Goes back to the loop or function around it; stands only where nothing is left to do.
        ((fn [n] (if (> n 10) n (recur (* 2 n)))) 1)
        ;=> 16"
    "for" "(for [pattern coll :when test :let [name value] :while test …] value)"
        "A sequence of values, one for each combination of items.
        (for [x [1 2 3] y [10 20] :when (odd? x)] (+ x y))
        ;=> (11 21 13 23)"
    "doseq" "(doseq [pattern coll …] body…)"
        "Runs the body for each combination of items and gives nil; takes what for takes.
        (doseq [x [1 2]] (memory/put :last x))
        ;=> nil
        memory/last
        ;=> 2"
    "dotimes" "(dotimes [name n] body…)"
        "Runs the body with the name as 0, 1 … up to n less 1, and gives nil.
        (dotimes [i 3] (memory/put :i i))
        ;=> nil"
    "while" "(while test body…)"
        "Runs the body as long as the test holds, and gives nil.
        (while (< (memory/get :n 0) 3) (memory/put :n (inc (memory/get :n 0))))
        ;=> nil"
    "try" "(try body… (catch Class name body…)… (finally body…))"
        "The value of the body, or of the first catch that sees the exception it raises. Limits are not seen by any.
        (try (/ 1 0) (catch ArithmeticException e :infinite))
        ;=> :infinite"
    "catch" "(catch Class name body…)"
        "The part of try for exceptions of a class: Exception, ArithmeticException, ExceptionInfo, :default …
        (try (+ 1 nil) (catch Exception e :nothing))
        ;=> :nothing"
    "finally" "(finally body…)"
        "The part of try that runs in any case; its value is not used.
        (try 1 (finally 2))
        ;=> 1"
    "throw" "(throw exception)"
        "Raises an exception, which ex-info makes of a message and data.
        (try (throw (ex-info \"late\" {:days 3})) (catch Exception e (:days (ex-data e))))
        ;=> 3"
    "assert" "(assert test message?)"
        "Raises an exception if the test does not hold.
        (assert (= 4 (+ 2 2)))
        ;=> nil"
    "lazy-seq" "(lazy-seq body…)"
        "A sequence whose body runs when its first item is asked for.
        (defn from [n] (lazy-seq (cons n (from (inc n)))))
        (take 3 (from 5))
        ;=> (5 6 7)"
    "lazy-cat" "(lazy-cat coll…)"
        "The items of collections, each of which is evaluated when it is reached.
        (take 3 (lazy-cat [1 2] [3 4]))
        ;=> (1 2 3)"
    "delay" "(delay body…)"
        "A place whose body runs once, when it is asked for with force or @.
        @(delay (+ 1 2))
        ;=> 3"
    "quote" "'form"
        "The form itself as data.
        '(a 1)
        ;=> (a 1)"
    "var" "#'name"
        "The value of the name: there are no variables apart from their values.
        (#'inc 1)
        ;=> 2"
    "comment" "(comment …)"
        "Nothing: nil.
        (comment (anything at all))
        ;=> nil"
    "with-out-str" "(with-out-str body…)"
        "What the body prints, as a string.
        (with-out-str (print 1))
        ;=> \"1\""
    "time" "(time body…)"
        "The value of the body; time is not measured.
        (time (+ 1 2))
        ;=> 3"
    "pvalues" "(pvalues value…)"
        "A sequence of the values; their calls of tools overlap.
        (pvalues (+ 1 2) (* 3 4))
        ;=> (3 12)"
    "doc" "(doc name)"
        "Prints how a function or form is written, what it does and an example.
        (with-out-str (doc if))
        ;=> \"(if test then else?)\\n\\nOne of two values: the second if the test is nil or false.\\n\\n```clojure\\n(if (> 2 1) :yes :no)\\n;=> :yes\\n```\\n\""
    "defmulti" "(defmulti name dispatch)"
        "A function whose methods are chosen by what the dispatch function gives for the arguments.
        (defmulti area :shape)
        (defmethod area :square [{:keys [side]}] (* side side))
        (defmethod area :default [_] 0)
        [(area {:shape :square :side 3}) (area {})]
        ;=> [9 0]"
    "defmethod" "(defmethod name value [params] body…)"
        "A method of a defmulti for one value of its dispatch function; :default for all others.
        (defmulti speak identity)
        (defmethod speak :cat [_] \"meow\")
        (speak :cat)
        ;=> \"meow\""
    "defrecord" "(defrecord Name [field…])"
        "Constructors of maps with these fields.
        (defrecord Point [x y])
        [(->Point 1 2) (map->Point {:x 3})]
        ;=> [{:x 1, :y 2} {:x 3, :y nil}]"
    "ns" "(ns name (:require [namespace :as alias]))"
        "Gives namespaces of the language other names; nothing is loaded.
        (ns my.program (:require [clojure.string :as text]))
        (text/upper-case \"a\")
        ;=> \"A\""
    "require" "(require '[namespace :as alias])"
        "As the :require of ns.
        (require '[clojure.string :as text])
        (text/upper-case \"a\")
        ;=> \"A\""
    "use" "(use 'namespace)"
        "As require: nothing is loaded, and names are written with their namespace.
        (use 'clojure.string)
        ;=> nil"
    "refer-clojure" "(refer-clojure …)"
        "Nothing: all names of clojure.core are there.
        (refer-clojure :exclude '[map])
        ;=> nil"
    "import" "(import class…)"
        "Does nothing: the classes that programs know are there, under their names with and without package.
        (import '[java.time LocalDate])
        (str (LocalDate/of 2024 1 31))
        ;=> \"2024-01-31\""
    "new" "(new Class argument…)"
        "As (Class. argument…), of the few classes that programs know.
        (try (throw (new IllegalArgumentException \"no\")) (catch Exception e (ex-message e)))
        ;=> \"no\""
    "." "(. object method argument…)"
        "As (.method object argument…), or (Class/method argument…).
        (. \"abc\" (toUpperCase))
        ;=> \"ABC\""
    ".." "(.. object method…)"
        "One method after the other, each of what the one before gave.
        (.. \"abc\" toUpperCase (substring 1))
        ;=> \"BC\""
    "memfn" "(memfn method argument…)"
        "A function that calls a method of its argument; #(.method %) does the same.
        (map (memfn toUpperCase) [\"a\" \"b\"])
        ;=> (\"A\" \"B\")"
    "in-ns" "(in-ns 'name)"
        "Nothing: there is one namespace.
        (in-ns 'user)
        ;=> nil"
    "dosync" "(dosync body…)"
        "The value of the body: programs run alone, so every one is a transaction.
        (dosync 1 2)
        ;=> 2"
    "sync" "(sync options body…)"
        "As dosync.
        (sync nil 1 2)
        ;=> 2"
    "io!" "(io! body…)"
        "The value of the body.
        (io! (+ 1 2))
        ;=> 3"
    "locking" "(locking x body…)"
        "The value of the body: programs run alone, so nothing has to be locked.
        (locking :door (+ 1 2))
        ;=> 3"
    "bound-fn" "(bound-fn [params] body…)"
        "As fn: names have no other values elsewhere.
        ((bound-fn [x] (inc x)) 1)
        ;=> 2"
    "defstruct" "(defstruct name key…)"
        "Names the keys of struct maps.
        (defstruct point :x :y)
        (struct point 1 2)
        ;=> {:x 1, :y 2}"
    "amap" "(amap array index result value)"
        "A vector of a value for each index of a vector.
        (let [v [1 2 3]] (amap v i all (* 10 (aget v i))))
        ;=> [10 20 30]"
    "areduce" "(areduce array index result init value)"
        "The last of the values that are computed for each index of a vector from the one before.
        (let [v [1 2 3]] (areduce v i sum 0 (+ sum (aget v i))))
        ;=> 6"
}
