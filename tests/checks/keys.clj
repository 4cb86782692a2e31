; Key paths that a declared result cannot have.

; # Records and lists of them
; tool orders () -> [{:id :int :customer {:name :string :city :string?} :total :float :note :string?}]
; tool order (id :int) -> {:id :int :lines [{:sku :string :count :int}]}?

(map :totl (tool/orders))
;! 1:1 analysis-error: [*].totl is not in the result of orders; the keys there are :id, :customer, :total, :note
;? did you mean :total?

(map (fn [order] (get-in order [:customer :nmae])) (tool/orders))
;! 1:18 analysis-error: [*].customer.nmae is not in the result of orders; the keys there are :name, :city
;? did you mean :name?

(:name (:customer (first (tool/orders))))
;ok

(->> (tool/orders) (filter #(> (:total %) 10)) (sort-by :total) (map :customer) (map :town))
;! 1:81 analysis-error: [*].customer.town is not in the result of orders; the keys there are :name, :city

(let [{:keys [id linse]} (tool/order {:id 1})] linse)
;! 1:18 analysis-error: linse is not in the result of order; the keys there are :id, :lines
;? did you mean :lines?

(let [[{{:keys [name street]} :customer} second] (tool/orders)] [name street (:foo second)])
;! 1:22 analysis-error: [*].customer.street is not in the result of orders; the keys there are :name, :city
;! 1:78 analysis-error: [*].foo is not in the result of orders; the keys there are :id, :customer, :total, :note

(doseq [{:strs [id sum]} (tool/orders)] (println id sum))
;! 1:20 analysis-error: [*].sum is not in the result of orders; the keys there are :id, :customer, :total, :note

(for [[city orders] (group-by #(get-in % [:customer :city]) (tool/orders))] [city (sum-by :amount orders)])
;! 1:83 analysis-error: [*].amount is not in the result of orders; the keys there are :id, :customer, :total, :note

(:name (tool/orders))
;! 1:1 analysis-error: the result of orders is a list: it has no key :name
;? (map :name …) takes it of every item, (:name (first …)) of one

(-> (tool/order {:id 1}) :lines :sku)
;! 1:33 analysis-error: lines in the result of order is a list: it has no key :sku
;? (map :sku …) takes it of every item, (:sku (first …)) of one

(some-> (tool/order {:id 1}) :lines first :skuu)
;! 1:43 analysis-error: lines[*].skuu is not in the result of order; the keys there are :sku, :count
;? did you mean :sku?

(get-in (tool/order {:id 1}) [:lines 0 :count])
;ok

(get-in (tool/order {:id 1}) [:lines 0 :id :x])
;! 1:1 analysis-error: lines[*].id is not in the result of order; the keys there are :sku, :count

(max-by :totals (tool/orders))
;! 1:1 analysis-error: [*].totals is not in the result of orders; the keys there are :id, :customer, :total, :note
;? did you mean :total?

(filter (where :custommer = "Ada") (tool/orders))
;! 1:1 analysis-error: [*].custommer is not in the result of orders; the keys there are :id, :customer, :total, :note
;? did you mean :customer?

(map (juxt :id :titel) (tool/orders))
;! 1:1 analysis-error: [*].titel is not in the result of orders; the keys there are :id, :customer, :total, :note
;? did you mean :total?

((comp :nam :customer) (first (tool/orders)))
;! 1:1 analysis-error: [*].customer.nam is not in the result of orders; the keys there are :name, :city
;? did you mean :name?

(reduce (fn [sum {:keys [amount]}] (+ sum amount)) 0 (tool/orders))
;! 1:26 analysis-error: [*].amount is not in the result of orders; the keys there are :id, :customer, :total, :note

(apply max-key :price (tool/orders))
;! 1:1 analysis-error: [*].price is not in the result of orders; the keys there are :id, :customer, :total, :note

(map #(select-keys % [:id :titel]) (tool/orders))
;! 1:6 analysis-error: [*].titel is not in the result of orders; the keys there are :id, :customer, :total, :note
;? did you mean :total?

; # By way of names and functions
; tool orders () -> [{:id :int :customer {:name :string :city :string?} :total :float}]
; tool order (id :int) -> {:id :int :total :float}

(def all (tool/orders))
(defn label [order] (str (:id order) " " (:titel order)))
(map label all)
;! 2:42 analysis-error: [*].titel is not in the result of orders; the keys there are :id, :customer, :total
;? did you mean :total?

(defn never-called [x] (map :ttl (tool/orders)) x)
;! 1:24 analysis-error: [*].ttl is not in the result of orders; the keys there are :id, :customer, :total

(letfn [(total [o] (:ttl o))] (total (tool/order {:id 1})))
;! 1:20 analysis-error: ttl is not in the result of order; the keys there are :id, :total

(let [fetch (partial call "order")] (:ttl (fetch {:id 1})))
;! 1:37 analysis-error: ttl is not in the result of order; the keys there are :id, :total

(map (fn [order] (:ttl order)) (pmap tool/order [{:id 1} {:id 2}]))
;! 1:18 analysis-error: ttl is not in the result of order; the keys there are :id, :total

(def all nil)
(def all (tool/orders))
(map :ttl all)
;ok

(loop [orders (tool/orders) sum 0]
  (if (empty? orders) sum (recur (rest orders) (+ sum (:totl (first orders))))))
;! 2:55 analysis-error: [*].totl is not in the result of orders; the keys there are :id, :customer, :total
;? did you mean :total?

(loop [[order & more] (tool/orders) sum 0]
  (if order (recur more (+ sum (:totl order))) sum))
;! 2:32 analysis-error: [*].totl is not in the result of orders; the keys there are :id, :customer, :total
;? did you mean :total?

(loop [order (tool/order {:id 1})]
  (when order (recur (:next order))))
;ok

(loop [orders (tool/orders) page 1]
  (let [{:keys [more]} (first orders)]
    (if more (recur [{:more nil}] 2) page)))
;ok

(loop [order (first (tool/orders))]
  (if (:total order) (recur {:sum 1}) (:sum order)))
;ok

; # What the program adds is there
; tool orders () -> [{:id :int :total :float}]

(map :euros (map #(assoc % :euros (* 2 (:total %))) (tool/orders)))
;ok

(map :eurso (map #(assoc % :euros (* 2 (:total %))) (tool/orders)))
;! 1:1 analysis-error: [*].eurso is not in the result of orders; the keys there are :id, :total, :euros
;? did you mean :euros?

(map :name (map #(merge % {:name "x"}) (tool/orders)))
;ok

(->> (tool/orders) (map (fn [{:keys [id total]}] {:id id :price total})) (sort-by :prize))
;~ 1:74 analysis-error: the map has no key :prize; it has :id, :price
;? did you mean :price?

(into {} (map (juxt :id :total) (tool/orders)))
;ok

(:a (into {} (map (fn [o] [(:id o) o]) (tool/orders))))
;ok

(update-vals (group-by :id (tool/orders)) (fn [orders] (map :name orders)))
;! 1:56 analysis-error: [*].name is not in the result of orders; the keys there are :id, :total

; # What the program does not count on is worth a word
; tool orders () -> [{:id :int :total :float}]

(map #(or (:amount %) (:total %)) (tool/orders))
;~ 1:11 analysis-error: [*].amount is not in the result of orders; the keys there are :id, :total

(map #(get % :amount 0) (tool/orders))
;~ 1:6 analysis-error: [*].amount is not in the result of orders; the keys there are :id, :total

(map #(if (contains? % :amount) (:amount %) (:total %)) (tool/orders))
;~ 1:33 analysis-error: [*].amount is not in the result of orders; the keys there are :id, :total

(map (fn [{:keys [id note] :or {note ""}}] (str id note)) (tool/orders))
;~ 1:22 analysis-error: [*].note is not in the result of orders; the keys there are :id, :total

; # What is not declared is not judged
; tool raw () -> :any
; tool open () -> {:data :map :by {* {:id :int}}}
; tool rows () -> {:columns [:string] :rows [[:any]]}

[(:a (tool/raw)) (:b (:data (tool/open))) (get-in (tool/open) [:data :c :d])]
;ok

(map (fn [[key {:keys [idd]}]] [key idd]) (:by (tool/open)))
;! 1:24 analysis-error: by[*].idd is not in the result of open; the keys there are :id
;? did you mean :id?

(let [{:keys [columns rows]} (tool/rows)] (map :id (map #(zipmap (map keyword columns) %) rows)))
;ok

; # Data
; ctx {"users": [{"name": "Ada", "email": "a@b.c"}, {"name": "Bo", "age": 7}], "today": "2026-01-02", "none": null}

(map :nmae ctx/users)
;~ 1:1 analysis-error: [*].nmae is not in ctx/users; the keys there are :name, :email, :age
;? did you mean :name?

(map :phone ctx/users)
;ok

[(map :age ctx/users) (:email (first ctx/users)) (:x ctx/none)]
;ok

(:name ctx/users)
;~ 1:1 analysis-error: ctx/users is a list: it has no key :name
;? (map :name …) takes it of every item, (:name (first …)) of one

ctx/usres
;~ 1:1 analysis-error: ctx/usres is nil: there is no such value
;? did you mean ctx/users?
