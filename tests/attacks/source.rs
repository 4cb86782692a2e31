//! Hostile texts: nested, huge, full of mistakes, odd in their characters.

use super::*;

#[test]
fn nesting() {
    let pairs = [("(", ")"), ("[", "]"), ("{", "}"), ("{:a ", "}"), ("#{", "}"), ("#(", ")"), ("(do ", ")")];
    let mut programs: Vec<String> = Vec::new();
    for (open, close) in pairs {
        for times in [199, 201, 5_000, 100_000] {
            programs.push(open.repeat(times));
            programs.push(format!("{}1{}", open.repeat(times), close.repeat(times)));
        }
    }
    programs.push("([{#{".repeat(20_000));
    programs.push(format!("{}nil{}", "(let [x ".repeat(150), "] x)".repeat(150)));
    attack(&["limit:max_source_nesting", "error", "analysis-error", "value"], &programs);
}

#[test]
fn prefixes() {
    let prefixes = ["'", "@", "^a ", "^", "#_", "#_ #_ ", "#'", "#^", "#^{} ", "#inst ", "`", "~", "##", "\\", "#"];
    let programs: Vec<String> = prefixes
        .iter()
        .flat_map(|prefix| {
            [150, 3_000, 100_000].map(|times| prefix.repeat(times)).map(|text| [text.clone() + "x", text])
        })
        .flatten()
        .collect();
    attack(&["limit:max_source_nesting", "error", "analysis-error", "value"], &programs);
}

#[test]
fn flat_texts_that_become_deep() {
    let names = many(2_000, |n| format!(" x{n} {n}"));
    attack(
        &["limit", "value"],
        &[
            format!("(-> 1{})", " inc".repeat(20_000)),
            format!("(->> 1{})", " inc".repeat(20_000)),
            format!("(-> 1{})", " (-> inc)".repeat(900)),
            format!("(some-> 1{})", " inc".repeat(20_000)),
            format!("(cond->  1{})", " true inc".repeat(20_000)),
            format!("(as-> 1 x{})", " (inc x)".repeat(20_000)),
            format!("(cond{} :else 1)", " false 0".repeat(20_000)),
            format!("(condp = 1{} :other)", many(20_000, |n| format!(" {} 0", n + 2))),
            format!("(case 1{} :other)", many(20_000, |n| format!(" {} 0", n + 2))),
            format!("(and{})", " true".repeat(100_000)),
            format!("(or{})", " nil".repeat(100_000)),
            format!("(do{})", " 1".repeat(100_000)),
            format!("(let [{names}] x1)"),
            format!("(loop [{names}] x1)"),
            format!("(let [{}] 1)", many(1_000, |n| format!(" [a{n} b{n}] [1 2]"))),
            format!("(fn [{}])", many(2_000, |n| format!(" x{n}"))),
            format!("(for [{}] 1)", many(300, |n| format!(" x{n} [1]"))),
            format!("(doseq [{}] 1)", many(300, |n| format!(" x{n} [1]"))),
            format!("(for [x [1]{}] 1)", " :when true".repeat(2_000)),
            format!("(let [{}x{} nil] 1)", "[".repeat(150), "]".repeat(150)),
            format!("(let [{}x{} nil] 1)", "{".repeat(150), " :a}".repeat(150)),
            format!("(+{})", " 1".repeat(100_000)),
            format!("[{}]", " 1".repeat(200_000)),
            format!("(apply + [{}])", " 1".repeat(100_000)),
            format!("(letfn [{}] 1)", many(1_000, |n| format!("(f{n} [] (f{}))", n + 1).replace("(f1000)", "1"))),
            many(5_000, |n| format!("(def d{n} {n}) ")),
            many(5_000, |n| format!("(defn f{n} [x] x) ")),
        ],
    );
}

#[test]
fn huge_parts() {
    attack(
        &["limit", "error", "analysis-error", "value"],
        &[
            format!("(count \"{}\")", "x".repeat(1_000_000)),
            format!("(count \"{}\")", "\\n".repeat(500_000)),
            "x".repeat(1_000_000),
            format!(":{}", "x".repeat(1_000_000)),
            format!("(f{})", "-".repeat(1_000_000)),
            "9".repeat(19_000),
            "9".repeat(1_000_000),
            format!("0x{}", "f".repeat(19_000)),
            format!("36r{}", "z".repeat(19_000)),
            format!("1e{}", "9".repeat(1_000_000)),
            format!("1/{}", "9".repeat(1_000_000)),
            format!("0.{}", "1".repeat(1_000_000)),
            format!("; {}", "x".repeat(1_000_000)),
            format!("#\"{}\"", "(a|".repeat(300_000)),
            format!("#\"{}{}\"", "(".repeat(5_000), ")".repeat(5_000)),
            "#\"(a{1000}){1000}\"".to_owned(),
            format!("#\"{}\"", "[^a]*".repeat(100_000)),
            "#(+ %999999999)".to_owned(),
            "#(+ %99999999999999999999999999)".to_owned(),
            format!("{{{}}}", many(20_000, |n| format!(":k{n} {n} "))),
            format!("{{{} :k1 0}}", many(20_000, |n| format!(":k{n} {n} "))),
            format!("#{{{}}}", many(20_000, |n| format!("{n} "))),
            format!("#{{{} 1}}", many(20_000, |n| format!("{n} "))),
            format!("'{{{} :k1 0}}", many(20_000, |n| format!(":k{n} {n} "))),
            format!("(quote [{}])", "a ".repeat(200_000)),
        ],
    );
    attack(&["limit:max_source"], &[" ".repeat((1 << 20) + 1)]);
    attack(&["value"], &[" ".repeat(1 << 20), ",".repeat(1 << 20), "#!".repeat(1 << 19), "[]".repeat(10_000)]);
}

#[test]
fn many_mistakes() {
    attack(
        &["analysis-error", "unsupported-error", "parse-error"],
        &[
            many(100_000, |n| format!("u{n} ")),
            many(50_000, |n| format!("(printn{n}) ")),
            many(50_000, |_| "(inc) ".into()),
            many(20_000, |_| "(let [x]) ".into()),
            many(20_000, |_| "(recur) ".into()),
            many(20_000, |_| "#\"(?=a)\" ".into()),
            many(20_000, |n| format!("eval{n} eval ")),
            format!("{} nope", "\n".repeat(900_000)),
            format!("(and {})", many(20_000, |_| "(where :a) ".into())),
            format!("(or {})", many(50_000, |n| format!("u{n} "))) + " nope",
            many(20_000, |n| format!("(foo.bar/baz{n}) ")),
            many(20_000, |n| format!("(case 1 {n} {n} {n} {n}) ")),
            format!("(case 1 {})", many(20_000, |n| format!("#\"{n}\" 1 "))),
        ],
    );
}

#[test]
fn characters() {
    attack(
        &["error", "analysis-error", "value"],
        &[
            "\u{feff}(+ 1 2)",
            "(+ 1\u{0} 2)",
            "\"\u{0}\"",
            "\u{202e}(+ 1 2)\u{202c}",
            "(\u{202e}nc 1)",
            "(+ 1 2)\u{200b}",
            "(\u{440}rintln 1)",
            "\"\\ud800\"",
            "\"\\udfff\\ud800\"",
            "\\ud800",
            "\u{85}\u{2028}\u{2029}1",
            "(def \u{1f600} 1) \u{1f600}",
            "\"\u{1b}[31m\"",
            "(\u{ff08}+ 1 2\u{ff09})",
            "\u{301}",
            "'\u{301}\u{301}\u{301}",
            "\r\r\r(",
        ],
    );
}

#[test]
fn sources_that_are_much_work() {
    let locals = |times: usize| many(times, |n| format!(" x{n} {n}"));
    let names = |times: usize| many(times, |n| format!(" x{n}"));
    attack(
        &["limit", "analysis-error", "value"],
        &[
            format!("(fn{})", " ([x] 1)".repeat(20_000)),
            format!("(let [{}] {}[{}]{})", locals(4_000), "(fn [] ".repeat(180), names(4_000), ")".repeat(180)),
            format!(
                "(let [{}] {}[{}]{})",
                locals(4_000),
                "(fn [] ".repeat(180),
                " inc".repeat(40_000),
                ")".repeat(180)
            ),
            format!("(defrecord R [{}])", names(30_000)),
            format!("(let [{{:keys [{}]}} {{}}] a)", " a".repeat(300_000)),
            format!("(let [{{:keys [{}] :or {{{}}}}} {{}}] x1)", names(20_000), locals(20_000)),
            format!("(cond-> 1{})", " true inc".repeat(60_000)),
            format!("(some-> 1{})", " inc".repeat(225_000)),
            format!("(-> 1{})", " inc".repeat(225_000)),
            format!("(cond{})", " a b".repeat(225_000)),
            format!("(condp = 1{})", " 2 3".repeat(225_000)),
            format!("(.. x{})", " a".repeat(225_000)),
            "#\"[^a]{100}\" ".repeat(60_000),
            many(60_000, |n| format!("#\"{n}\" ")),
            many(10_000, |n| format!("#\"[^a]{{{}}}\" ", n % 900 + 100)),
            format!("(case 1{})", many(60_000, |n| format!(" {n} 0"))),
        ],
    );
}

/// However many errors there are, nobody has to read more than a page of them.
#[test]
fn errors_are_few() {
    let mut sandbox = Sandbox::new();
    let text = many(30, |n| format!("(unknown{n}{})\n", "y".repeat(800)));
    let evaluation = sandbox.run(&Arc::new(Source::new("program", text)));
    let errors = evaluation.result.err().map(|failure| failure.errors).unwrap_or_default();
    let bytes: usize = errors.iter().map(|error| error.to_string().len() + 1).sum();
    assert!(bytes <= 4096, "{bytes} bytes of errors");
    assert!(errors.last().is_some_and(|error| error.message.ends_with(" more errors")), "{errors:?}");
}
