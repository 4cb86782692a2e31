; Arguments that no tool takes, and numbers that are none.

; # Arguments
; tool users () -> [{:id :int :name :string :address {:city :string}}]
; tool user (id :int) -> {:id :int :name :string}
; tool save (user {:id :int :tags [:string] :level (:low | :high)?}, force :bool = false) -> :bool
; tool mail (to [:string], text :string) -> :bool

(map #(tool/user {:id (:name %)}) (tool/users))
;ok

(map #(tool/user {:id (:address %)}) (tool/users))
;! 1:6 tool-error: user is called with arguments that do not fit:
;  - id: expected integer, got a map, [*].address in the result of users
;? its contract is user(id :int) -> {:id :int :name :string}

(let [found (tool/users)] (tool/user {:id found}))
;! 1:27 tool-error: user is called with arguments that do not fit:
;  - id: expected integer, got a list, the result of users
;? its contract is user(id :int) -> {:id :int :name :string}

(tool/save {:user {:id (str 1) :tags (map :name (tool/users)) :level (first (tool/users))}})
;! 1:1 tool-error: save is called with arguments that do not fit:
;  - user.level: expected one of :low, :high or nil, got a map, [*] in the result of users
;? its contract is save(user {:id :int :tags [:string] :level (:low | :high)?}, force :bool = false) -> :bool

(tool/save {:user (first (tool/users)) :force nil})
;! 1:1 tool-error: save is called with arguments that do not fit:
;  - force: expected boolean, got nil
;? its contract is save(user {:id :int :tags [:string] :level (:low | :high)?}, force :bool = false) -> :bool

(tool/save {:user {:id 1 :tags [(:address (first (tool/users)))]}})
;! 1:1 tool-error: save is called with arguments that do not fit:
;  - user.tags[0]: expected string, got a map, [*].address in the result of users
;? its contract is save(user {:id :int :tags [:string] :level (:low | :high)?}, force :bool = false) -> :bool

(let [mail {:to (map :name (tool/users)) :txet "x"}] (tool/mail mail))
;! 1:54 tool-error: mail is called with arguments that do not fit:
;  - text: missing, expected string
;  - txet: unknown argument; did you mean text?
;? its contract is mail(to [:string], text :string) -> :bool

(tool/mail {:to (:name (first (tool/users))) :text (count (tool/users))})
;! 1:1 tool-error: mail is called with arguments that do not fit:
;  - text: expected string, got a number
;? its contract is mail(to [:string], text :string) -> :bool

(tool/mail (assoc {:to []} :text "x" :urgent true))
;! 1:1 tool-error: mail is called with arguments that do not fit:
;  - urgent: unknown argument; the parameters are to, text
;? its contract is mail(to [:string], text :string) -> :bool

(let [mail (if (first (tool/users)) {:to [] :text "x" :cc 1} {:to [] :text "y"})] (tool/mail mail))
;ok

(when-let [id (:address (tool/user {:id 1}))] (tool/user {:id id}))
;! 1:15 analysis-error: address is not in the result of user; the keys there are :id, :name

(let [id nil] (if id (tool/user {:id id}) (tool/user {:id 1})))
;ok

(let [id (:name (tool/user {:id 1}))] (if (map? id) (tool/user {:id (:city id)}) (tool/user {:id id})))
;~ 1:69 analysis-error: name in the result of user is a string: it has no key :city

; # Numbers
; tool items () -> [{:name :string :price :string :count :int? :tags [:string] :level (:low | :high)}]

(reduce + (map :price (tool/items)))
;! 1:1 type-error: + needs numbers, got a string, [*].price in the result of items
;? (parse-long …) or (parse-double …) reads a string as a number

(map #(* (:count %) (:price %)) (tool/items))
;! 1:6 type-error: * needs numbers, got a string, [*].price in the result of items
;? (parse-long …) or (parse-double …) reads a string as a number

(map #(+ 1 (:tags %) (:level %)) (tool/items))
;! 1:6 type-error: + needs numbers, got a list, [*].tags in the result of items

(sum-by #(* 2 (parse-double (:price %))) (tool/items))
;ok

(map #(if (string? (:price %)) (parse-double (:price %)) (* 2 (:price %))) (tool/items))
;~ 1:58 type-error: * needs numbers, got a string, [*].price in the result of items
;? (parse-long …) or (parse-double …) reads a string as a number

(try (+ (:price (first (tool/items))) 1) (catch Exception e 0))
;~ 1:6 type-error: + needs numbers, got a string, [*].price in the result of items
;? (parse-long …) or (parse-double …) reads a string as a number

(+ (:count (first (tool/items))) 1)
;ok

(map #(+ "Price: " (:price %)) (tool/items))
;! 1:6 type-error: + needs numbers, got the string "Price: "
;? (str a b) joins strings

; # A program's own
; ctx {"name": "x", "list": []}

(+ 1 "2")
;+ 1:1 type-error: + needs numbers, got the string "2"
;? (parse-long "2") reads it as one

(inc nil)
;+ 1:1 type-error: inc needs numbers, got nil
;? nil often comes from a key that is not there; (or x 0) gives a default

(if true (+ 1 "2") 3)
;ok

(when (= 1 2) (+ 1 nil))
;ok

(map inc ["a"])
;+ 1:1 type-error: inc needs numbers, got the string "a"

(max-key inc "a")
;ok

(try (let [x "a"] x) (catch Exception e (+ 1 e)))
;ok

(map inc (filter number? ["a"]))
;ok

(* 2 ctx/name)
;+ 1:1 type-error: * needs numbers, got a string, ctx/name
;? (parse-long …) or (parse-double …) reads a string as a number

(try (+ 1 "2") (catch Exception e 0))
;ok

(do (return 1) (+ 1 "2"))
;ok

(loop [x nil] (if x (+ x 1) (recur 1)))
;ok

(defn f [x] (+ x "2"))
;ok

(def orders [{:total 1} {:total 2}])
(sum-by :totla orders)
;~ 2:1 analysis-error: the map has no key :totla; it has :total
;? did you mean :total?

; # What the analyser finds

(frist [1]) (inc)
;! 1:2 analysis-error: unknown symbol frist
;? did you mean first?
;! 1:13 analysis-error: inc was given 0 arguments; it takes 1: (inc n)
;? for example (inc 1) ;=> 2

(+ 1
;! 1:1 parse-error: the ( opened here is never closed
;? add ) where it should end
