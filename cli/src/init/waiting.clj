; Who has waited too long, the longest first.
(->> (tool/open_tickets)
     (filter (fn [ticket] (> (:hours ticket) ctx/patience)))
     (sort-by :hours >)
     (mapv (fn [{:keys [id customer hours]}]
             {:ticket id :name (:name (tool/customer {:id customer})) :hours hours})))
