; Exceptions: what throws, what catches, and what cannot be caught.

; # Without an exception
(try 1)
;=> 1
(try 1 2)
;=> 2
(try)
;=> nil
(try 1 (catch Exception e 2))
;=> 1
(try 1 (finally 2))
;=> 1

; # Catching
(try (throw (ex-info "broken" {:code 1})) (catch Exception e (ex-message e)))
;=> "broken"
(try (throw (ex-info "broken" {:code 1})) (catch Exception e (ex-data e)))
;=> {:code 1}
(try (throw (ex-info "broken" {})) (catch clojure.lang.ExceptionInfo e :info))
;=> :info
(try (/ 1 0) (catch ArithmeticException e (ex-message e)))
;=> "Divide by zero"
(try (/ 1 0) (catch Throwable e :caught))
;=> :caught
(try (+ 1 nil) (catch NullPointerException e :null))
;=> :null
(try (+ 1 "2") (catch ClassCastException e :cast))
;=> :cast
(try (nth [1] 5 :none) (catch Exception e :caught))
;=> :none
(try ([1 2] 5) (catch IndexOutOfBoundsException e :outside))
;=> :outside
(try (throw (ex-info "a" {})) (catch ArithmeticException e 1) (catch Exception e 2))
;=> 2
(try (/ 1 0) (catch :default e :caught))
;=> :caught
(try (/ 1 0) (catch Object e :caught))
;=> :caught
(try (let [f nil] (f)) (catch Exception e :caught))
;=> :caught
(try (throw (ex-info "x" {:a 1})) (catch Exception e (:a (ex-data e))))
;=> 1

; # Not caught
(try (/ 1 0) (catch IllegalStateException e 1))
;! 1:6 value-error: Divide by zero
(throw (ex-info "broken" {:code 1}))
;! 1:1 value-error: broken {:code 1}
(throw (Exception. "plain"))
;! 1:1 value-error: plain
(throw "text")
;! 1:1 type-error: throw needs an exception, got the string "text"
;? write (throw (ex-info "message" {:key value}))

; # Nesting
(try (try (/ 1 0) (catch ArithmeticException e (throw (ex-info "outer" {:n 1} e)))) (catch Exception e [(ex-message e) (ex-message (ex-cause e))]))
;=> ["outer" "Divide by zero"]
(try (try (/ 1 0) (catch IllegalStateException e :inner)) (catch ArithmeticException e :outer))
;=> :outer
(try (try (/ 1 0) (finally (println "inner"))) (catch Exception e (println "outer") :done))
;| inner
;| outer
;=> :done
(let [f (fn [] (throw (ex-info "from f" {})))] (try (f) (catch Exception e (ex-message e))))
;=> "from f"
(try (map (fn [x] (/ 1 x)) [1 0]) (catch ArithmeticException e :at-once))
;=> :at-once
(try (doall (map (fn [x] (/ 1 x)) [1 0])) (catch ArithmeticException e :caught))
;=> :caught
(try (reduce (fn [a x] (/ a x)) [1 0]) (catch ArithmeticException e :caught))
;=> :caught

; # finally
(let [log (atom [])] (try (swap! log conj :body) (finally (swap! log conj :finally))) @log)
;=> [:body :finally]
(let [log (atom [])] (try (/ 1 0) (catch Exception e (swap! log conj :catch)) (finally (swap! log conj :finally))) @log)
;=> [:catch :finally]
(let [log (atom [])] (try (try (/ 1 0) (finally (swap! log conj 1))) (catch Exception e (swap! log conj 2))) @log)
;=> [1 2]
(try 1 (finally (/ 1 0)))
;! 1:17 value-error: Divide by zero
(try (throw (ex-info "first" {})) (finally (throw (ex-info "second" {}))))
;! 1:44 value-error: second
(let [n (atom 0)] [(try @n (finally (swap! n inc))) @n])
;=> [0 1]

; # recur and exceptions
(loop [n 0] (if (= n 3) n (let [next (try (if (= n 1) (throw (ex-info "one" {})) (inc n)) (catch Exception e 2))] (recur next))))
;=> 3
(loop [n 0] (try (recur (inc n)) (catch Exception e n)))
;! 1:18 analysis-error: recur stands where its value is still needed: it must be the last thing the loop or function does
;? call the function by its name, or keep the rest of the work in a loop variable

; # assert
(assert true)
;=> nil
(assert (= 1 2))
;! 1:1 value-error: Assert failed: (= 1 2)
(assert (= 1 2) "not equal")
;! 1:1 value-error: Assert failed: not equal\n(= 1 2)
(try (assert false "why") (catch AssertionError e (ex-message e)))
;=> "Assert failed: why\nfalse"
(try (assert false) (catch Exception e :exception) (catch Throwable e :error))
;=> :error

; # An error of types is caught by the class that fits best
(defn what [f] (try (f) (catch NullPointerException e :null) (catch IllegalArgumentException e :argument) (catch ClassCastException e :cast)))
[(what #(inc nil)) (what #(inc "a")) (what #(first 1)) (what #(even? "a")) (what #(sort [1 :a])) (what #(conj {} 1))]
;=> [:null :cast :argument :argument :cast :argument]
(try (inc "a") (catch IllegalArgumentException e :argument) (catch Exception e :other))
;=> :argument
(try (inc "a") (catch Exception e :first) (catch ClassCastException e :second))
;=> :first

; # Without a message it is nil
(map ex-message [(ex-info nil {}) (ex-info "" {}) (Exception.) (Exception. "")])
;=> (nil "" nil "")

; # Limits are no exceptions
(try ((fn f [n] (inc (f n))) 1) (catch Throwable e :caught) (finally (println "never")))
;! limit-error: calls are nested too deeply: max_depth is 2000, and 2001 would be needed
;? use loop/recur or reduce instead of recursion; the host can raise max_depth
(try (count (repeatedly (fn [] 1))) (catch :default e :caught))
;! limit-error: the program took too many steps: max_steps is 100000000, and 100000001 would be needed
;? work on less data, or break the work into several programs; the host can raise max_steps

; # return and fail are no exceptions either, but finally runs
(try (return 1) (catch Throwable e :caught) (finally (println "finally")))
;| finally
;=> 1
(try (fail "no") (catch Throwable e :caught) (finally (println "finally")))
;| finally
;! fail: no
(do (return {:answer 42}) (println "never"))
;=> {:answer 42}
