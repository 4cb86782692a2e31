(doseq [{:keys [customer totl]} (tool/orders)]
  (tool/letter {:to customer :amount totl}))
(map :euros ctx/orders)
