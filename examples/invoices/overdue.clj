; What is overdue, in euros, by customer: the largest first.
(def overdue
  (filter (fn [invoice] (and (not (:paid invoice)) (< (:due invoice) ctx/today)))
          ctx/invoices))

(defn in-euros [{:keys [amount currency]}]
  (* amount (tool/rate {:currency currency})))

(def by-customer
  (reduce (fn [sums {:keys [customer] :as invoice}]
            (assoc sums customer (+ (get sums customer 0) (in-euros invoice))))
          {}
          overdue))

(sort-by (fn [[_ sum]] (- sum)) by-customer)
