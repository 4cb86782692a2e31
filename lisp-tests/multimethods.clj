; Multimethods and hierarchies.

(defmulti area "The area of a shape." :shape)
(defmethod area :square [{:keys [side]}] (* side side))
(defmethod area :rectangle [{:keys [a b]}] (* a b))
[(area {:shape :square :side 3}) (area {:shape :rectangle :a 2 :b 3})]
;=> [9 6]
(area {:shape :circle})
;! 1:1 value-error: No method in multimethod 'area' for dispatch value: :circle
;? there are methods for :square, :rectangle; (defmethod area :default [x] …) takes the rest
(defmethod area :default [_] 0)
(area {:shape :circle})
;=> 0

; Dispatch values are compared as = does: a keyword is not the string of its name.
(area {:shape "square" :side 3})
;=> 0

; A method of their own for several arguments.
(defmulti meet (fn [a b] [(:kind a) (:kind b)]))
(defmethod meet [:cat :dog] [_ _] :fight)
(defmethod meet :default [_ _] :nothing)
[(meet {:kind :cat} {:kind :dog}) (meet {:kind :dog} {:kind :cat})]
;=> [:fight :nothing]

; Kinds of kinds.
(derive ::cat ::animal)
(derive ::siamese ::cat)
(defmulti sound identity)
(defmethod sound ::animal [_] "…")
(defmethod sound ::cat [_] "meow")
(sound ::siamese)
;=> "meow"
[(isa? ::siamese ::animal) (isa? [::cat 1] [::animal 1]) (parents ::siamese) (ancestors ::siamese) (descendants ::animal)]
;=> [true true #{:user/cat} #{:user/cat :user/animal} #{:user/cat :user/siamese}]
(derive ::animal ::siamese)
;! 1:1 value-error: Cyclic derivation: :user/siamese has :user/animal as ancestor
(underive ::siamese ::cat)
(sound ::siamese)
;! 2:1 value-error: No method in multimethod 'sound' for dispatch value: :user/siamese
;? there are methods for :user/animal, :user/cat; (defmethod sound :default [x] …) takes the rest

; Of two methods that fit equally well one has to be preferred.
(derive ::bat ::bird)
(derive ::bat ::mammal)
(defmulti legs identity)
(defmethod legs ::bird [_] 2)
(defmethod legs ::mammal [_] 4)
nil
;=> nil
(legs ::bat)
;! 1:1 value-error: Multiple methods in multimethod 'legs' match dispatch value: :user/bat -> :user/mammal and :user/bird, and neither is preferred
;? (prefer-method legs :user/bird :user/mammal) decides
(prefer-method legs ::bird ::mammal)
(legs ::bat)
;=> 2
