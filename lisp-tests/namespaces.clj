; Namespaces: what is referred to comes before the builtin of that name, and stays for the programs that follow.

(require '[clojure.set :as cset :refer [union]])
(cset/difference (union #{1} #{2}) #{1})
;=> #{2}
(union #{1} #{3})
;=> #{1 3}
(cset/union #{1} #{2})
;=> #{1 2}

; A program that fails gives no aliases.
(require '[clojure.walk :as w])
(/ 1 0)
;! 2:1 value-error: Divide by zero
(w/postwalk identity 1)
;! 1:2 analysis-error: unknown function w/postwalk
;? did you mean clojure.walk/postwalk?

(ns report (:require [clojure.string :refer [reverse replace] :rename {replace swap}]) (:gen-class))
[(reverse "abc") (swap "abc" "b" "x") (replace {1 :one} [1 2])]
;=> ["cba" "axc" [:one 2]]
; What is defined comes before what is referred to.
(let [reverse count] (reverse "abc"))
;=> 3
(defn reverse [x] [:mine x])
(reverse "abc")
;=> [:mine "abc"]

(use 'clojure.walk)
(keywordize-keys {"a" 1})
;=> {:a 1}
(use '[clojure.set :only [join]] '[clojure.string :exclude [join reverse] :rename {upper-case up}])
[(join #{{:a 1}} #{{:b 2}}) (up "a") (capitalize "abc")]
;=> [#{{:a 1, :b 2}} "A" "Abc"]
(ns other (:use [clojure.string :only [trim]]) (:require [clojure.set :refer :all]))
[(trim " a ") (rename-keys {:a 1} {:a :b})]
;=> ["a" {:b 1}]
(require '[clojure.core :refer [map]])
(map inc [1])
;=> (2)

(require '[clojure.string :refer [jion]])
;! 1:35 analysis-error: clojure.string has no function jion
;? did you mean join?
(require '[clojure.string :as str] 5 #{a})
;! 1:38 unsupported-error: require cannot do #{a} here
;? only (:require [namespace :as alias :refer [name]]) for clojure.string, clojure.set and their kin

; # A name that a failed program defined shadows nothing
(def count 5)
(/ 1 0)
;! 2:1 value-error: Divide by zero
(memory/put :count 6)
;=> 6
[(count [1]) memory/count]
;=> [1 6]

; # What is referred to is a vector of names
(require '[clojure.string :refer join])
;! 1:34 analysis-error: :refer takes a vector of names, got join
;? write [clojure.string :refer [name]]
(ns a (:require [clojure.string :as text :only "join"]))
;! 1:48 analysis-error: :only takes a vector of names, got "join"
;? write [clojure.string :only [name]]
(use '[clojure.set :exclude union])
;! 1:29 analysis-error: :exclude takes a vector of names, got union
;? write [clojure.set :exclude [name]]
(do (require '[clojure.string :refer :all]) (upper-case "a"))
;=> "A"

; # Names that templates use may be taken by the program
(let [first 1 seq 2 let 3 nil? 4] [(when-first [x [first]] x) (some-> seq inc)])
;=> [1 3]
(defn when [x] x)
(defn loop [x] x)
[(while false) (when-let [x 1] (when x))]
;=> [nil 1]

; # Forms that are repeated for each part
(condp some [1 2 3] #{5 6} :>> inc #{3} :>> (fn [x] [x]) :none)
;=> [3]
(condp = 4 1 :a 2 :b)
;! 1:1 value-error: No matching clause: 4
;? a last expression alone is the default
(condp = 4)
;! 1:1 value-error: No matching clause: 4
;? a last expression alone is the default
(map (memfn substring from) ["abc" "def"])
;! 1:1 arity-error: a function was given 1 argument; it takes (memfn substring from)
;? the function gets one item of each collection: (fn [item] …); of a map the entry: (fn [[k v]] …)
(.. "abc" (substring 1) length)
;=> 2
(when-first [x [1] y [2]] x)
;! 1:13 analysis-error: when-first binds one name, got 2
;? write (when-first [pattern coll] body…)
(if-some [x] x)
;! 1:10 analysis-error: if-some needs a value for every name; x has none
;? write (if-some [pattern value] then else?)
(when-some 5 6)
;! 1:12 analysis-error: when-some needs a vector of names and values, got 5
;? write (when-some [pattern value] body…)
(let [most 5] (dotimes [i most] (print i most)))
;| 0 51 52 53 54 5
;=> nil
