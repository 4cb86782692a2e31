//! Programs that want what a host has.

use super::*;

#[test]
fn nothing_of_the_host_is_there() {
    attack(
        &["unsupported-error", "analysis-error", "parse-error", "type-error", "value-error", "tool-error"],
        &[
            "(eval '(+ 1 2))",
            "(read-string \"(+ 1 2)\")",
            "(load-string \"1\")",
            "(slurp \"/etc/passwd\")",
            "(spit \"/tmp/x\" 1)",
            "(System/getenv \"HOME\")",
            "(System/exit 0)",
            "(System/getProperty \"user.home\")",
            "(.exec (Runtime/getRuntime) \"ls\")",
            "(Class/forName \"java.lang.Runtime\")",
            "(.newInstance (.getClass \"x\"))",
            "(.. \"x\" getClass getClassLoader)",
            "(.getMethods (class \"x\"))",
            "(new java.io.File \"/\")",
            "(java.io.File. \"/\")",
            "(import 'java.io.File) (File. \"/\")",
            "(require '[clojure.java.shell :as sh])",
            "(clojure.java.shell/sh \"ls\")",
            "(resolve 'slurp)",
            "(ns-resolve 'clojure.core 'slurp)",
            "(alter-var-root #'+ (fn [_] -))",
            "(with-redefs [+ -] (+ 1 2))",
            "(intern 'user 'x 1)",
            "(in-ns 'clojure.core) (slurp 1)",
            "#=(System/exit 0)",
            "#java.io.File[\"/\"]",
            "(gen-class)",
            "(proxy [Object] [])",
            "(reify Object (toString [_] \"x\"))",
            "(agent 1)",
            "(future (+ 1 2))",
            "(Thread/sleep 60000)",
            "(Thread. (fn [] 1))",
            "(%lazy-seq 1)",
            "(%member 1 2)",
            "%1",
            "(defmacro m [] 1)",
            "(tool/secret {})",
            "(call \"secret\" {})",
            "(call (str \"sec\" \"ret\") {})",
            "*ns*",
            "*out*",
            "(set! *warn-on-reflection* true)",
            "(var-set #'inc 1)",
            "(def clojure.core/inc dec)",
            "(memory/put)",
        ],
    );
}

#[test]
fn builtins_stay_what_they_are() {
    let mut sandbox = Sandbox::new();
    assert_eq!(sandbox.eval("(def + -) (+ 5 3)").unwrap().to_string(), "2");
    // Another agent's names are its own.
    assert_eq!(Sandbox::new().eval("(+ 5 3)").unwrap().to_string(), "8");
}

#[test]
fn nothing_printed_shows_an_address() {
    let mut sandbox = Sandbox::new();
    for program in ["(fn [x] x)", "[inc (fn f [] 1) (partial + 1) (comp inc dec)]", "(map inc)"] {
        let text = sandbox.eval(program).unwrap().to_string();
        assert!(!text.contains("0x") && !text.contains('@'), "{text}");
        assert_eq!(text, Sandbox::new().eval(program).unwrap().to_string());
    }
}
