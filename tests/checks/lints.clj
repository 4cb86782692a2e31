; What runs and hardly means what it says.

; # Positions of what the host passed in
; ctx {"users": [{"name": "Ann"}]}

(str ctx/users[0])
;~ 1:15 analysis-error: ctx/users[0] reads as ctx/users and then the vector [0]
;? (get ctx/users 0) looks into a collection

(let [[a]ctx/users] a)
;ok

(nth ctx/users 0)
;ok

; # Predicates, formats and texts

(filter (where :address.city = "Oslo") [])
;~ 1:9 analysis-error: :address.city is one key
;? a path is a vector: (where [:address :city] …)

(filter (where [:address :city] = "Oslo") [])
;ok

(format "{} items" 5)
;~ 1:1 analysis-error: the format has no directive, so the values are not used
;? %s stands for any value, %d for an integer, %.2f for a number

(format "%d items" 5)
;ok

(str "a" + "b")
;~ 1:10 analysis-error: + stands here as the function itself
;? (str a b) puts its arguments together, without a sign between them

(def coll [{:n 1}])
(max-key :n coll)
;~ 2:1 analysis-error: (max-key :n coll) gives coll itself: it compares its arguments
;? (apply max-key :n coll) compares the items of a collection

(apply max-key :n [{:n 1}])
;ok
