//! Numbers and indices at their edges.

use super::*;

#[test]
fn edges() {
    let (most, least) = ("9223372036854775807", "-9223372036854775808");
    let programs: Vec<String> = [
        "(quot LEAST -1)",
        "(rem LEAST -1)",
        "(mod LEAST -1)",
        "(- LEAST)",
        "(* LEAST -1)",
        "(/ LEAST -1)",
        "(dec LEAST)",
        "(inc MOST)",
        "(abs LEAST)",
        "(quot 1 0)",
        "(rem 1.0 0)",
        "(mod 1 0.0)",
        "(quot ##Inf 1)",
        "(quot ##NaN 1)",
        "(int 1e30)",
        "(long ##NaN)",
        "(int ##Inf)",
        "(long 1e300)",
        "(bit-shift-left 1 64)",
        "(bit-shift-left 1 -1)",
        "(bit-shift-right LEAST 200)",
        "(unsigned-bit-shift-right -1 1)",
        "(nth [1 2] MOST)",
        "(nth [1 2] LEAST)",
        "(nth (range 10) MOST)",
        "(nth '(1 2) MOST)",
        "(get [1] MOST)",
        "(take MOST [1 2])",
        "(take LEAST [1 2])",
        "(drop MOST [1 2])",
        "(drop LEAST [1 2])",
        "(first (range LEAST MOST))",
        "(first (range MOST LEAST -1))",
        "(range MOST (+ MOST 5))",
        "(count (range LEAST MOST))",
        "(range 0 10 LEAST)",
        "(range 0 10 MOST)",
        "(nthnext [1 2] MOST)",
        "(nthrest [1 2] LEAST)",
        "(subs \"é文\" 1 2)",
        "(subs \"abc\" MOST)",
        "(subs \"abc\" 2 1)",
        "(subs \"abc\" LEAST MOST)",
        "(subvec [1 2 3] 2 1)",
        "(subvec [1 2 3] LEAST MOST)",
        "(assoc [1] MOST 2)",
        "(assoc [1] -1 2)",
        "(vec (repeat -1 1))",
        "(compare MOST LEAST)",
        "(+ MOST 0.5)",
        "(= MOST 9223372036854775807.0)",
        "(< 9223372036854775806 9223372036854775807.0)",
        "(Math/pow 10 1000)",
        "(Math/abs LEAST)",
        "(Math/round 1e300)",
        "(Math/round ##NaN)",
        "(rand-int 0)",
        "(rand-int -5)",
        "(char -1)",
        "(char 55296)",
        "(char MOST)",
        "(parse-long \"99999999999999999999\")",
        "(Integer/parseInt \"2147483648\")",
        "(Long/toString LEAST 99)",
    ]
    .iter()
    .map(|program| program.replace("MOST", most).replace("LEAST", least))
    .collect();
    attack(&["value", "type-error", "value-error", "limit", "arity-error"], &programs);
}

#[test]
fn moduli_and_powers() {
    let modulus = "(- (.pow (biginteger 2) 11000) 1)";
    attack(
        &["value", "value-error", "limit"],
        &[
            "(.modInverse 3 0)".to_owned(),
            "(.modInverse (biginteger 3) (biginteger -7))".into(),
            "(.modPow (biginteger 3) (biginteger 5) 0)".into(),
            format!("(let [m {modulus}] (dotimes [i 1000] (.modPow (biginteger 3) m m)))"),
            "(.pow (biginteger 3) 9000000000000000000)".into(),
        ],
    );
    attack(
        &["value"],
        &[
            "(assert (= 1 (.pow (biginteger -1) 100000)))",
            "(assert (= -1 (.pow (biginteger -1) 9000000000000000001)))",
            "(assert (= 61762 (.bitLength (.pow (biginteger 7) 22000))))",
        ],
    );
}

/// Big integers that are one double compare as what they are, or sorting meets an order that is none.
#[test]
fn one_order_of_all_numbers() {
    let mixed = "(for [i (range 100)] (let [n (+ 100000000000000000000 (rem (* i i 31) 100000))] \
                 (if (zero? (rem i 3)) (double n) n)))";
    attack(
        &["value"],
        &[
            format!("(count (sort {mixed}))"),
            format!("(count (sort-by identity > {mixed}))"),
            format!("(count (sort (map vector {mixed})))"),
            format!("(count (into (sorted-set) {mixed}))"),
            "(assert (< 1e20 100000000000000000001 ##Inf))".into(),
            "(assert (not= 1e20 100000000000000000001))".into(),
            "(assert (= 1e20 100000000000000000000))".into(),
        ],
    );
}

#[test]
fn ends_of_the_calendar() {
    let (first, last) = ("(LocalDate/of -9999 1 1)", "(LocalDate/of 9999 12 31)");
    attack(
        &["value"],
        &[
            format!("(assert (= 631107331200000 (.until {first} {last} ChronoUnit/MILLIS)))"),
            format!("(assert (= 239987 (.until {first} {last} ChronoUnit/MONTHS)))"),
            format!("(assert (= -239987 (.until {last} {first} ChronoUnit/MONTHS)))"),
            "(assert (= 253402300799999 (inst-ms (Instant/ofEpochMilli 253402300799999))))".into(),
            "(assert (= \"9999-12-31T23:59:59Z\" (str (Instant/parse \"9999-12-31T23:59:59Z\"))))".into(),
        ],
    );
    attack(&["error"], &["(Instant/ofEpochMilli 253402300800000)", "(Instant/ofEpochMilli 9223372036854775807)"]);
}
