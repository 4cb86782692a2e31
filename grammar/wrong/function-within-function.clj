; 1:7 parse-error: #() within #()
#(map #(inc %) %)
