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
