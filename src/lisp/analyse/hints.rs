//! Advice for names and shapes that models get wrong.

/// What to write instead of a form or function that needs a host: all of clojure.core that is not built in is here.
const UNSUPPORTED: [(&str, &str); 32] = [
    (
        "defmacro definline gensym unquote unquote-splicing destructure",
        "write a function: there are no macros of one's own",
    ),
    (
        "eval load-string load-file load load-reader read read+string read-string compile clojure.edn/read \
         with-in-str *compile-path* *compiler-options* *source-path* *file* *fn-loader* *allow-unresolved-vars* \
         *use-context-classloader* *reader-resolver* *suppress-read* default-data-readers add-classpath",
        "programs cannot evaluate text; (clojure.edn/read-string s) reads data",
    ),
    ("tagged-literal reader-conditional", "write plain data: there are no tags but #inst and #uuid"),
    (
        "deftype defprotocol extend-type extend-protocol extend reify proxy definterface gen-interface gen-class \
         satisfies? extends? extenders find-protocol-impl find-protocol-method -cache-protocol-fn -reset-methods \
         method-sig construct-proxy get-proxy-class init-proxy proxy-call-with-super proxy-mappings proxy-name \
         proxy-super update-proxy Inst",
        "use maps and multimethods (defmulti, defmethod), or plain functions",
    ),
    (
        "await await-for await1 async",
        "calls of tools give their value at once: leave it out; (pmap f coll) and (pcalls f g) overlap calls",
    ),
    (
        "go go-loop chan <! >! <!! >!! alts! alts!! close! put! take! async/go async/chan async/<! async/>! async/<!! \
         async/>!! a/go a/chan a/<! a/>! a/<!! a/>!! clojure.core.async/go clojure.core.async/chan",
        "there are no channels: calls of tools give their value at once, (pmap f coll) and (pcalls f g) overlap them",
    ),
    (
        "agent send send-off send-via agent-error agent-errors clear-agent-errors \
         error-handler error-mode set-error-handler! set-error-mode! restart-agent release-pending-sends \
         shutdown-agents set-agent-send-executor! set-agent-send-off-executor! *agent*",
        "use an atom with swap!: programs run alone",
    ),
    ("add-tap remove-tap tap>", "print it: (println x) goes to the trace"),
    (
        "ref alter commute ref-set ensure ref-history-count ref-max-history ref-min-history",
        "use an atom with swap!; programs run alone",
    ),
    (
        "future future-call future-cancel future-cancelled? future-done? promise deliver thread Thread.",
        "use (pmap f coll) or (pcalls f g): they overlap tool calls",
    ),
    (
        "slurp spit file-seq line-seq read-line with-open flush *in* *out* *err* PrintWriter-on resultset-seq",
        "programs have no files; data comes from ctx/… and from tools",
    ),
    (
        "print-method print-dup print-ctor print-simple",
        "there is one way to print; (pr-str x), (str x) and (format \"%s\" x) make text",
    ),
    (
        "binding with-redefs with-redefs-fn with-local-vars with-bindings with-bindings* push-thread-bindings \
         pop-thread-bindings get-thread-bindings thread-bound? bound? alter-var-root var-get var-set set! intern \
         resolve ns-resolve find-var requiring-resolve test",
        "names are not changed from outside; pass the value or function as an argument",
    ),
    ("*e", "catch it: (try … (catch Exception e (ex-message e)))"),
    (
        "Class/forName bean bases supers primitives-classnames \
         enumeration-seq iterator-seq StackTraceElement->vec",
        "there are no Java classes; use the predicates string? number? map? … and functions of clojure.core",
    ),
    (
        "make-array aset aset-boolean aset-byte aset-char aset-double aset-float aset-int aset-long aset-short",
        "arrays are vectors here and do not change: (vec (repeat n 0)) makes one, (assoc v i x) gives another",
    ),
    (
        "chunk chunk-append chunk-buffer chunk-cons chunk-first chunk-next chunk-rest chunked-seq? ->ArrayChunk \
         ->Eduction ->Vec ->VecNode ->VecSeq EMPTY-NODE",
        "use sequences as they are, with first, rest and (lazy-seq (cons x more))",
    ),
    (
        "hash-combine hash-ordered-coll hash-unordered-coll mix-collection-hash",
        "(hash x) takes any value, also a vector of several",
    ),
    ("with-precision", "numbers with a fraction are floats; (Math/round x) or (format \"%.2f\" x) rounds"),
    ("System/getenv System/getProperty System/exit", "programs cannot see the host's environment; ask a tool"),
    ("Thread/sleep", "programs do not wait; call a tool, or return and go on in the next turn"),
    ("monitor-enter monitor-exit", "programs run alone; leave it out"),
    (
        "all-ns the-ns find-ns ns-name ns-publics ns-map ns-aliases ns-imports ns-interns ns-refers ns-unalias \
         ns-unmap create-ns remove-ns loaded-libs refer alias *ns* with-loading-context",
        "there is one namespace; (apropos \"text\") finds functions",
    ),
    (
        "ArrayList. LinkedList. ArrayDeque. PriorityQueue. Stack. Vector. HashMap. LinkedHashMap. TreeMap. HashSet. \
         LinkedHashSet. TreeSet. ConcurrentHashMap. Arrays/asList Collections/sort Arrays/sort Collections/unmodifiableList",
        "Java's collections change in place; use [] {} #{} with conj and assoc, or an atom: (swap! a conj x)",
    ),
    (
        "StringBuilder. StringBuffer. StringWriter. StringJoiner.",
        "collect the parts and join them: (str/join parts), (apply str parts), or (with-out-str (print part))",
    ),
    (
        "LocalTime/parse LocalTime/of LocalTime/now ZonedDateTime/parse ZonedDateTime/now ZonedDateTime/of \
         OffsetDateTime/parse OffsetDateTime/now YearMonth/of YearMonth/parse YearMonth/now YearMonth/from Period/between \
         Period/ofDays Period/ofMonths SimpleDateFormat. DecimalFormat. ZoneId/systemDefault",
        "there are LocalDate, LocalDateTime and Instant in UTC, DateTimeFormatter/ofPattern, \
         (.between ChronoUnit/DAYS a b) and (Duration/between a b) in milliseconds; numbers take (format \"%,.2f\" x)",
    ),
    (
        "Random. Scanner. File. FileReader. BufferedReader. URL. Socket. ProcessBuilder. Thread/currentThread \
         Runtime/getRuntime",
        "programs reach the world through ctx/… and tools only; (rand-int n) gives random numbers",
    ),
    (
        "object-array int-array long-array short-array byte-array double-array float-array boolean-array char-array \
         to-array-2d aclone ints longs shorts bytes floats doubles booleans chars vector-of",
        "there are no arrays: a vector does the same, (vec coll), (vec (repeat n 0)), (assoc v i x)",
    ),
    (
        "defstruct create-struct struct struct-map accessor seq-to-map-for-destructuring",
        "use a map: {:x 1 :y 2}, (zipmap keys vals), (:x m)",
    ),
    (
        "unchecked-add unchecked-subtract unchecked-multiply unchecked-inc unchecked-dec unchecked-negate \
         unchecked-add-int unchecked-subtract-int unchecked-multiply-int unchecked-divide-int \
         unchecked-remainder-int unchecked-inc-int unchecked-dec-int unchecked-negate-int unchecked-long \
         unchecked-int unchecked-short unchecked-char unchecked-byte unchecked-double unchecked-float",
        "integers grow instead of overflowing: use + - * inc dec quot rem; (mod (* a b) 4294967296) stays within 32 bits",
    ),
    ("MessageDigest/getInstance", "there are no digests; (hash x) tells values apart within a run"),
    ("clojure.java.shell/sh shell/sh sh", "programs cannot run commands; ask a tool"),
];

/// What to write instead of a form or function that needs a host.
pub(super) fn unsupported(name: &str) -> Option<&'static str> {
    let name = name.strip_prefix("clojure.core/").unwrap_or(name);
    // `(java.util.HashMap.)`: the class without its package.
    let class = name.split('/').next().unwrap_or(name);
    let from = class.trim_end_matches('.').rfind('.').map_or(0, |dot| dot.saturating_add(1));
    let packaged = class.get(from..).is_some_and(|class| class.starts_with(char::is_uppercase));
    let name = if packaged && class.len() > 1 { name.get(from..).unwrap_or(name) } else { name };
    let row = UNSUPPORTED.iter().find(|(names, _)| names.split_ascii_whitespace().any(|other| other == name))?;
    Some(row.1)
}

/// The Clojure for a function of another language.
pub(super) fn idiom(name: &str) -> Option<&'static str> {
    Some(match name {
        "append" | "push" | "add" | "append!" | "push!" => "(conj vector item), or (into a b) for two collections",
        "len" | "length" | "size" => "(count coll)",
        "substring" | "substr" | "slice" => "(subs s start end), (subvec v start end)",
        "null" | "None" | "undefined" | "null?" | "is-null" | "isNull" => "nil, tested with (nil? x)",
        "True" => "true",
        "False" => "false",
        "elif" | "elsif" | "else-if" | "switch" => {
            "(cond test value … :else value) or (case x constant value … default)"
        }
        "lambda" | "function" | "=>" => "(fn [x] …) or #(… %)",
        "defun" | "def-fn" | "define" | "func" | "function*" => "(defn name [x] …)",
        "then" | "else" | "endif" => "(if test then else): three forms without words between",
        "break" | "continue" => "(loop [x 0] (if done? result (recur (inc x)))), or (reduced x) to end a reduce",
        "while-let" | "until" | "loop-for" => "(loop [x 0] (if done? result (recur (inc x))))",
        "JSON.parse" | "JSON/parse" | "json.loads" | "json/parse" | "json/decode" | "json/read-str" | "json/loads"
        | "parse-json" => "(json/parse-string text true)",
        "print-json" | "json-str" | "to-json-string" | "JSON/stringify" | "JSON.stringify" | "json.dumps"
        | "json/stringify" | "json/encode" | "json/write-str" | "json/dumps" | "to-json" => {
            "(json/generate-string value)"
        }
        "format-string" | "sprintf" | "f-string" => "(format \"%s is %.2f\" name x)",
        "now" | "today" | "get-time" | "current-time" => "(java.time.Instant/now), (java.time.LocalDate/now)",
        "call-tool" | "use-tool" | "invoke-tool" | "tool" | "tools/call" => {
            "(tool/name {:key value}) or (call \"name\" {:key value})"
        }
        "memory" => "(memory/get :key), memory/key",
        "System.out.println" | "System/out" | "out.println" => "(println x)",
        "date/parse" | "dates/parse" | "time/parse" | "jt/local-date" | "t/date" => "(LocalDate/parse s)",
        "date-diff" | "datediff" | "days-between" | "date-difference" | "diff-days" | "timedelta" => {
            "(.between ChronoUnit/DAYS (LocalDate/parse a) (LocalDate/parse b))"
        }
        "date-add" | "add-days" | "plus-days" | "dateadd" => "(.plusDays (LocalDate/parse s) n)",
        "parse-date" | "to-date" | "strptime" => {
            "(LocalDate/parse s), or (LocalDate/parse s (DateTimeFormatter/ofPattern \"dd.MM.yyyy\"))"
        }
        "format-date" | "strftime" => "(.format date (DateTimeFormatter/ofPattern \"dd.MM.yyyy\"))",
        "where-not" => "(none-of (where :key …)), or (where :key not= value)",
        "count-by" | "countBy" | "value-counts" | "counter" | "Counter" => "(frequencies (map f coll))",
        "index-by" | "indexBy" | "key-by" | "keyBy" => "(into {} (map (juxt :id identity)) coll)",
        "sum-of-squares" | "sumBy" => "(sum-by f coll)",
        "mean" => "(avg coll) or (avg-by :key coll)",
        "median" => "(nth (sort coll) (quot (count coll) 2))",
        "filter-by" | "select" => "(filter (where :key = value) coll)",
        "pprint-str" => "(with-out-str (clojure.pprint/pprint x))",
        "try-catch" | "except" => "(try … (catch Exception e …))",
        "and-then" | "pipe" => "(->> value (step1) (step2))",
        "chunk" | "chunks" | "batch" => "(partition-all n coll)",
        "dict-keys" => "(keys m)",
        "items" | "to-pairs" | "pairs" | "to-entries" => "(entries m), or (seq m)",
        "min-max" => "[(apply min coll) (apply max coll)]",
        "repeat-string" | "str-repeat" => "(apply str (repeat n s))",
        "pad-left" | "lpad" | "padStart" | "zfill" => "(format \"%5d\" n), (format \"%05d\" n)",
        "title-case" | "titlecase" => "(str/join \" \" (map str/capitalize (str/split s #\" \")))",
        "index-of" | "indexOf" | "find-index" => "(.indexOf coll x) for collections, (str/index-of s part) for strings",
        "sorted" | "sort!" | "order-by" => "(sort coll), (sort-by key coll), (sort-by key > coll)",
        "reversed" => "(reverse coll)",
        "max-of" | "maximum" | "min-of" | "minimum" => "(apply max coll), (apply min coll), (max-by :key coll)",
        "group" | "groupBy" => "(group-by f coll)",
        "to-list" | "list-of" => "(vec coll), (seq coll)",
        "zip-map" | "zip-with" | "zipWith" => "(zipmap keys vals), (map f a b)",
        "is-number" | "isNaN" | "is-string" | "typeof" | "type-of" => "(number? x), (string? x), (map? x), (nil? x)",
        "foreach" | "for-each" | "forEach" | "each" => "(doseq [x coll] …) for effects, (map f coll) for values",
        "printf!" | "console.log" | "puts" | "echo" => "(println x)",
        "setq" | "setf" | "set" | "var" | "const" => "(let [name value] …), or (def name value) to keep it",
        "progn" | "begin" => "(do …)",
        "car" | "head" => "(first coll)",
        "cdr" | "tail" => "(rest coll)",
        "mapcar" | "collect" => "(map f coll)",
        "reject" | "filter-not" => "(remove pred coll)",
        "foldl" | "fold" | "inject" | "foldr" | "fold-left" => "(reduce f init coll)",
        "sum-of" | "total" => "(reduce + coll), (sum coll) or (sum-by :key coll)",
        "to-string" | "tostring" | "toString" | "string" => "(str x)",
        "to-int" | "parseInt" | "parse-int" | "str->int" | "int-parse" => "(parse-long s)",
        "parseFloat" | "parse-float" | "to-float" | "str->float" => "(parse-double s)",
        "is-empty" | "isEmpty" | "blank?" => "(empty? coll), or (str/blank? s)",
        "contains" | "includes" | "includes?" | "has" | "has-key?" | "in" | "member" | "member?" => {
            "(contains? coll x) for keys, sets and vectors, (str/includes? s part) for strings"
        }
        "upcase" | "upper" | "toUpperCase" | "upper-case" | "uppercase" => "(str/upper-case s)",
        "downcase" | "lower" | "toLowerCase" | "lower-case" | "lowercase" => "(str/lower-case s)",
        "strip" | "trim" => "(str/trim s)",
        "split" => "(str/split s #\",\")",
        "join" => "(str/join \", \" coll)",
        "replace-all" | "gsub" => "(str/replace s match replacement)",
        "starts-with?" | "startsWith" | "starts-with" => "(str/starts-with? s prefix)",
        "ends-with?" | "endsWith" | "ends-with" => "(str/ends-with? s suffix)",
        "concat-str" | "string-append" | "concatenate" | "str-concat" => "(str a b)",
        "hash-get" | "dict-get" | "getattr" | "assoc-ref" => "(get m :key) or (:key m)",
        "has-value?" => "(some #{x} (vals m))",
        "any" | "any?" => "(some pred coll); any? without the question is always true",
        "all" | "all?" => "(every? pred coll)",
        "find-first" => "(first (filter pred coll)) or (some #(when (pred %) %) coll)",
        "array" => "[a b c]",
        "dict" | "object" | "make-hash" => "{:key value}",
        "sort-desc" | "sort-by-desc" => "(sort-by key > coll)",
        "map-values" | "mapvals" | "map-vals" => "(update-vals m f)",
        "map-keys" => "(update-keys m f)",
        "unique" | "uniq" => "(distinct coll)",
        "flatmap" | "flat-map" => "(mapcat f coll)",
        "enumerate" => "(map-indexed vector coll)",
        "pow" | "expt" | "power" | "**" => "(Math/pow x n)",
        "sqrt" => "(Math/sqrt x)",
        "floor" => "(Math/floor x)",
        "ceil" | "ceiling" => "(Math/ceil x)",
        "round" => "(Math/round x)",
        "%" | "modulo" => "(mod a b)",
        "//" | "div" => "(quot a b)",
        "!=" | "<>" | "/=" => "(not= a b)",
        "===" | "eq" | "eql" | "equal" | "equals" | "eq?" => "(= a b)",
        "&&" => "(and a b)",
        "||" => "(or a b)",
        "!" => "(not x)",
        "nil" => "nil",
        "error" | "raise" => "(throw (ex-info \"message\" {})), or (fail reason) to end the run",
        _ => return None,
    })
}

/// The Clojure for a Java method.
pub(super) fn method(name: &str) -> Option<&'static str> {
    Some(match name {
        "put" | "set" | "push" | "addAll" | "putAll" | "offer" => {
            "nothing changes in place: (conj coll x) and (assoc m k v) give another collection"
        }
        "append" | "insert" | "reverse" | "setLength" | "deleteCharAt" => {
            "there are no builders: (str a b), (apply str parts), (str/reverse s)"
        }
        "start" | "end" | "hitEnd" | "lookingAt" => {
            "(re-find re s) gives the match and its groups, (re-seq re s) all of them, (str/index-of s part) a place"
        }
        "remove" => "write (dissoc m k), (disj set x) or (remove pred coll)",
        "count" => "write (count coll)",
        "nth" => "write (nth coll i)",
        "first" | "next" | "seq" | "cons" | "assoc" | "conj" | "invoke" | "applyTo" => {
            "functions of clojure.core stand without a dot: (first coll), (assoc m k v), (f x)"
        }
        "subList" => "write (subvec v start end)",
        "stream" | "collect" | "map" | "filter" | "forEach" | "iterator" | "hasNext" => {
            "use (map f coll), (filter pred coll), (doseq [x coll] …)"
        }
        "sum" => "write (reduce + coll)",
        "join" => "write (str/join \", \" coll)",
        "chars" | "codePoints" => "write (map int s)",
        "lines" => "write (str/split-lines s)",
        "includes" => "write (str/includes? s part) or (contains? coll x)",
        "slice" => "write (subs s start end) or (subvec v start end)",
        "keys" => "write (keys m)",
        "hashCode" => "write (hash x)",
        _ => return None,
    })
}

/// Whether the name is a form rather than a function where it comes from: its parts would only look like mistakes.
pub(super) fn is_form(name: &str) -> bool {
    matches!(
        name,
        "lambda"
            | "function"
            | "defun"
            | "define"
            | "func"
            | "foreach"
            | "for-each"
            | "forEach"
            | "each"
            | "elif"
            | "elsif"
            | "else-if"
            | "switch"
    ) || matches!(name, "setq" | "setf" | "var" | "const" | "=>" | "array" | "dict" | "object")
        || unsupported(name).is_some()
}
