(sum-by :total (tool/orders))
