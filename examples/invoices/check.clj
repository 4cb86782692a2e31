;; With two slips, to see what `ptc check` says of them.
(for [{:keys [customer ammount]} (tool/invoices {:paid false})]
  [(:name customer) (* ammount (tool/rate {:currency customer}))])
