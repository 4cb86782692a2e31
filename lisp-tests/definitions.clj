; Definitions, and what memory keeps from one program to the next.

; # def
(def x 1)
x
;=> 1
(def y "with a doc string" 2)
(+ x y)
;=> 3
(def x (+ x 10))
x
;=> 11
x
;=> 11
(def ^:dynamic *level* 3)
*level*
;=> 3

; # What def gives
(def z 1)
;=> #'user/z
(defn f [x] x)
;=> #'user/f

; # defn
(defn add "Adds two." [a b] (+ a b))
(add 1 2)
;=> 3
(add 3 4)
;=> 7
(defn add [a b] (* a b))
(add 3 4)
;=> 12
(defn- hidden [x] (inc x))
(hidden 1)
;=> 2
(defn documented "doc" {:added "1.0"} [x] x)
(documented 5)
;=> 5

; # defonce
(defonce once 1)
(defonce once 2)
once
;=> 1
(defonce once 3)
once
;=> 1

; # declare
(declare later)
(defn earlier [n] (if (= n 0) :done (later (dec n))))
(defn later [n] (earlier n))
(earlier 3)
;=> :done
(declare never)
(never 1)
;! 2:1 value-error: never was declared but has no value yet
;? (def never value) gives it one; that must run before this

; # A program that fails defines nothing
(def kept 1)
kept
;=> 1
(def kept 2)
(/ 1 0)
;! 2:1 value-error: Divide by zero
kept
;=> 1
(def lost 1)
(/ 1 0)
;! 2:1 value-error: Divide by zero
lost
;! 1:1 analysis-error: unknown symbol lost
;? did you mean last?

; # nor does it change atoms of earlier programs
(def state (atom {:n 1}))
@state
;=> {:n 1}
(swap! state update :n inc)
;=> {:n 2}
(do (swap! state update :n + 100) (reset! state :gone) (/ 1 0))
;! 1:56 value-error: Divide by zero
@state
;=> {:n 2}

; # memory/put and memory/get
(memory/put :k 5)
;=> 5
[k memory/k (memory/get :k) (memory/get :none) (memory/get :none :default) memory/none]
;=> [5 5 5 nil :default nil]
(def k 6)
(memory/get :k)
;=> 6

; # The last results
(+ 1 1)
;=> 2
(+ 2 2)
;=> 4
[*1 *2 ctx/last-result]
;=> [4 2 4]
(/ 1 0)
;! 1:1 value-error: Divide by zero
*1
;=> [4 2 4]

; # Definitions shadow builtins
(defn inc [x] (+ x 100))
(inc 1)
;=> 101
(inc 2)
;=> 102
(clojure.core/inc 2)
;=> 3
(def count 5)
count
;=> 5

; # Functions and what they capture stay
(def counter (let [n (atom 0)] (fn [] (swap! n inc))))
[(counter) (counter)]
;=> [1 2]
(counter)
;=> 3
(def evens (filter even? (range 10)))
(take 2 evens)
;=> (0 2)

; # A name may be missing in or
(or never-defined :default)
;=> :default
(or (:a {}) never-defined 1)
;=> 1

; # Inside of functions
(defn define-it [] (def made 1))
(define-it)
made
;=> 1

; # Namespaces
(ns user.program (:require [clojure.string :as s]))
(s/upper-case "a")
;=> "A"
(require '[clojure.set :as sets])
(sets/union #{1} #{2})
;=> #{1 2}
(require '[clojure.java.io :as io])
;! 1:11 unsupported-error: there is no namespace clojure.java.io
;? there are clojure.string, clojure.set, clojure.walk, clojure.edn, clojure.math and json

; # What cannot be defined
(def)
;! 1:1 analysis-error: def was given 0 parts
;? write (def name value)
(def a/b 1)
;! 1:6 analysis-error: def takes a plain name, got a/b
;? write (def name value)
(def 1 2)
;! 1:6 analysis-error: def takes a plain name, got 1
;? write (def name value)
(defn f)
;! 1:1 analysis-error: a function needs a vector of parameters
;? write (fn [a b] body…) or (fn ([a] …) ([a b] …))
(defn f x)
;! 1:1 analysis-error: a function needs a vector of parameters
;? write (fn [a b] body…) or (fn ([a] …) ([a b] …))
(defmacro m [x] x)
;! 1:2 unsupported-error: defmacro is not available in this sandbox
;? write a function: there are no macros of one's own

; # Records: fields that are not given are nil
(defrecord Point [x y])
(map->Point {:y 2 :z 3})
;=> {:x nil, :y 2, :z 3}
