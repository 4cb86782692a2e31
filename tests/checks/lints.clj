; What runs and hardly means what it says.

; # Positions of what the host passed in
; ctx {"users": [{"name": "Ann"}]}

(str ctx/users[0])
;~ 1:1

(let [[a]ctx/users] a)
;ok

(nth ctx/users 0)
;ok

; # Predicates, formats and texts

(filter (where :address.city = "Oslo") [])
;~ 1:1

(filter (where [:address :city] = "Oslo") [])
;ok

(format "{} items" 5)
;~ 1:1

(format "%d items" 5)
;ok

(str "a" + "b")
;~ 1:1

(def coll [{:n 1}])
(max-key :n coll)
;~ 1:1

(apply max-key :n [{:n 1}])
;ok
