;; Answers programs: a line in is a program as a string, a line out is [:value "…" "printed"] or [:error "Class: message"].
(require 'clojure.string 'clojure.set 'clojure.walk 'clojure.edn)
(println (pr-str (clojure-version)))
(flush)
(def programs (atom 0))
(defn answer [text]
  (let [space (create-ns (symbol (str "program" (swap! programs inc))))
        printed (java.io.StringWriter.)]
    (try
      (binding [*ns* space *out* printed *err* (java.io.StringWriter.)]
        (refer 'clojure.core)
        (doseq [[short full] '{str clojure.string, set clojure.set, walk clojure.walk}] (alias short full))
        (let [reader (java.io.PushbackReader. (java.io.StringReader. text))
              value (loop [value nil]
                      (let [form (read {:eof ::end} reader)]
                        (if (= form ::end) value (recur (eval form)))))
              shown (pr-str value)]
          [:value shown (str printed)]))
      (catch Throwable thrown
        (let [thrown (or (and (instance? clojure.lang.Compiler$CompilerException thrown) (.getCause thrown)) thrown)]
          [:error (str (.getSimpleName (class thrown)) ": " (.getMessage thrown))]))
      (finally (remove-ns (ns-name space))))))
(loop []
  (when-let [line (read-line)]
    (println (pr-str (answer (clojure.edn/read-string line))))
    (flush)
    (recur)))
(shutdown-agents)
