; Java's names: the data-like ones are there, as functions and constants; a class is the symbol of its name.

; # Classes
[(class 1) (class "a") (class nil) (class :k) (class 1.5) (type [])]
;=> [java.lang.Long java.lang.String nil clojure.lang.Keyword java.lang.Double clojure.lang.PersistentVector]
(type (with-meta [1] {:type :point}))
;=> :point
(map #(instance? % 1) [Long Integer Number Comparable Object String])
;=> (true false true true true false)
(map #(instance? % {:a 1}) [java.util.Map clojure.lang.IPersistentMap clojure.lang.IFn java.util.List])
;=> (true true true false)
(map #(instance? % [1]) [clojure.lang.IPersistentVector java.util.List java.util.Collection clojure.lang.ISeq])
;=> (true true true false)
(instance? RuntimeException (IllegalArgumentException. "x"))
;=> true
(instance? clojure.lang.ExceptionInfo (ex-info "x" {}))
;=> true
(instance? Object nil)
;=> false
(condp instance? "x" Number :number String :string :other)
;=> :string
(= (type 1) (type 2) Long)
;=> true
(defmulti shown class)
(defmethod shown String [s] (str "text " s))
(defmethod shown Number [n] (str "number " n))
(defmethod shown nil [_] "nothing")
(defmethod shown :default [x] "something")
[(shown "a") (shown 1.5) (shown nil) (shown [])]
;=> ["text a" "number 1.5" "nothing" "something"]
[(isa? (class 1) Number) (isa? Number Long) (isa? String Object)]
;=> [true false true]
(cast Number "a")
;! 1:1 type-error: cast needs a value of the class java.lang.Number, got the string "a"
;? usage: (cast class x)
(String 5)
;! 1:1 analysis-error: String is a class, no function
;? (str x) makes a string
(instance? "a" String)
;! 1:1 type-error: instance? needs a class first, such as String, got the string "a"
;? usage: (instance? class x)

; # Other ways to write a call
(new String "abc")
;=> "abc"
(.. "  Abc " trim toLowerCase (concat "!"))
;=> "abc!"
[(. "abc" (substring 1)) (. "abc" length) (. Math sqrt 16) (. Math (pow 2 3))]
;=> ["bc" 3 4.0 8.0]
(map (memfn substring from) ["abc" "def"] [1 2])
;=> ("bc" "f")
(import '(java.time LocalDate) 'java.util.UUID)
(str (LocalDate/of 2024 2 29))
;=> "2024-02-29"

; # Numbers
[(Integer. "42") (Long. 7) (Double. "4.5") (BigInteger. "ff" 16) (BigDecimal. "1.50")]
;=> [42 7 4.5 255 1.5]
(BigInteger. "x")
;! 1:1 value-error: For input string: "x"
[(.pow (biginteger 2) 70) (.mod (biginteger -7) (biginteger 3)) (.gcd (biginteger 12) (biginteger -18))]
;=> [1180591620717411303424N 2 6]
(.modPow (biginteger 3) (biginteger 200) (biginteger 13))
;=> 9
(.modInverse (biginteger 3) (biginteger 12))
;! 1:1 value-error: BigInteger not invertible.
(.pow (biginteger 2) 100000)
;! limit-error: an integer is too large (bits): max_integer_bits is 65536, and 100001 would be needed
;? make it smaller
(map #(.setScale (bigdec %) 2 java.math.RoundingMode/HALF_UP) [2.345 -2.345 1.005 9.999 3.1])
;=> (2.35 -2.35 1.01 10.0 3.1)
(map #(.setScale (bigdec 2.5) 0 %) [RoundingMode/HALF_EVEN RoundingMode/HALF_DOWN RoundingMode/CEILING RoundingMode/FLOOR])
;=> (2.0 2.0 3.0 2.0)
[(Integer/max 1 2) (Long/sum 1 2) (Long/rotateLeft 1 65) (Integer/highestOneBit 100) (Long/reverse 1)]
;=> [2 3 2 64 -9223372036854775808]
[Boolean/TRUE Byte/MAX_VALUE Short/MIN_VALUE Character/MAX_RADIX]
;=> [true 127 -32768 36]

; # Text
[(.compareToIgnoreCase "a" "B") (.compareTo "abc" "ab") (.subSequence "hello" 1 3) (.startsWith "abc" "b" 1)]
;=> [-1 1 "el" true]
[(.stripLeading "  a ") (.stripTrailing "  a ") (.containsValue {:a 1} 1) (.getNamespace :a/b)]
;=> ["a " "  a" true "a"]
(String. (.getBytes "hé" "UTF-8") "UTF-8")
;=> "hé"
(map #(.encodeToString (java.util.Base64/getEncoder) (.getBytes %)) ["" "a" "ab" "abc" "é"])
;=> ("" "YQ==" "YWI=" "YWJj" "w6k=")
(map #(String. (.decode (java.util.Base64/getDecoder) %)) ["" "YQ==" "YWI=" "YWJj"])
;=> ("" "a" "ab" "abc")
(.decode (java.util.Base64/getDecoder) "a!")
;! 1:1 value-error: that is no text in Base64
(java.net.URLEncoder/encode "a b&ü/~" "UTF-8")
;=> "a+b%26%C3%BC%2F%7E"
(java.net.URLDecoder/decode "a+b%26%C3%BC" "UTF-8")
;=> "a b&ü"
(re-seq (java.util.regex.Pattern/compile "^b" (bit-or 2 8)) "b\nB")
;=> ("b" "B")
(.toUppercase "a")
;! 1:1 unsupported-error: there are no Java methods; .toUppercase is not among those that are built in
;? did you mean .toUpperCase?
(java.util.ArrayList. [1])
;! 1:2 unsupported-error: java.util.ArrayList. is not available in this sandbox
;? Java's collections change in place; use [] {} #{} with conj and assoc, or an atom: (swap! a conj x)
(.append "a" "b")
;! 1:1 unsupported-error: there are no Java methods; .append is not among those that are built in
;? there are no builders: (str a b), (apply str parts), (str/reverse s)

; # Dates
(map str [(.plus (LocalDate/parse "2024-01-15") 3 ChronoUnit/DAYS) (.minus (LocalDate/parse "2024-01-15") 3 ChronoUnit/WEEKS)])
;=> ("2024-01-18" "2023-12-25")
(str (.plus (Instant/parse "2024-01-15T10:30:00Z") (java.time.Duration/ofHours 2)))
;=> "2024-01-15T12:30:00Z"
(map str [(.withMonth (LocalDate/parse "2024-01-31") 2) (.withYear (LocalDate/parse "2024-02-29") 2023) (.withDayOfYear (LocalDate/parse "2024-02-29") 1)])
;=> ("2024-02-29" "2023-02-28" "2024-01-01")
(str (.truncatedTo (Instant/parse "2024-01-15T10:30:00Z") ChronoUnit/DAYS))
;=> "2024-01-15T00:00:00Z"
(contains? #{java.time.DayOfWeek/SATURDAY java.time.DayOfWeek/SUNDAY} (.getDayOfWeek (LocalDate/parse "2024-01-13")))
;=> true
(java.time.ZoneId/of "Europe/Oslo")
;! 1:1 value-error: the zone Europe/Oslo is not available
;? times are in UTC: (ZoneId/of "UTC"); move them with (.plusHours t n)
(let [d (java.time.Duration/ofMinutes 150)] [(.toHours d) (.toMinutesPart d) (.isNegative d)])
;=> [2 30 false]
(map java.time.Year/isLeap [1900 2000 2023 2024])
;=> (false true false true)

; # Regexes in Java's spelling
(re-find #"\p{javaLowerCase}+" "Abc")
;=> "bc"
(re-find #"[[:alpha:]]+" "abc")
;=> "a"
(re-find #"(?U)\w+" "été")
;! 1:10 unsupported-error: the flag U is not available: regexes here match in linear time
;? write \p{L} for letters and \p{Nd} for digits of all alphabets
