//! Formats: what `format` makes of directives such as `%-8s`, `%,.2f` and `%05d`, as Java does.

use super::print;
use super::print::room;
use crate::lisp::text::ErrorKind;
use crate::lisp::value::{Boolean, Context, Expected, Fault, Raise, Result, Value, display, type_error};

/// A directive: `%1$-8.2f`.
struct Directive<'a> {
    text: &'a str,
    index: Index,
    flags: &'a str,
    width: Option<usize>,
    precision: Option<usize>,
    conversion: char,
}

/// Which argument a directive takes.
enum Index {
    Next,
    Same,
    Number(usize),
}

/// The text of a format with its arguments put in.
pub(crate) fn format(cx: &mut dyn Context, format: &str, arguments: &[Value]) -> Result<String> {
    let mut out = String::new();
    let mut rest = format;
    let (mut next, mut last) = (0_usize, None);
    while let Some(at) = rest.find('%') {
        let (plain, from) = rest.split_at(at);
        room(cx, &mut out, plain.len())?;
        out.push_str(plain);
        let directive = Directive::read(from)?;
        rest = from.get(directive.text.len()..).unwrap_or("");
        // Widths and precisions come from the program: they are paid for before there is text.
        let most = directive.width.unwrap_or(0).saturating_add(directive.precision.unwrap_or(0));
        cx.reserve(most.saturating_mul(4))?;
        cx.spend((most as u64 / 16).saturating_add(4))?;
        let text = match directive.conversion {
            'n' if directive.text == "%n" => "\n".into(),
            'n' => return Err(directive.wrong("takes no width, precision or flags").into()),
            '%' => directive.padded("%".into())?,
            _ => {
                let at = match directive.index {
                    Index::Next => {
                        next = next.saturating_add(1);
                        Some(next)
                    }
                    Index::Same => last,
                    Index::Number(number) => Some(number),
                };
                last = at;
                let argument = at.and_then(|at| arguments.get(at.checked_sub(1)?));
                let Some(argument) = argument else { return Err(directive.missing(arguments.len())) };
                if matches!(directive.conversion, 's' | 'S') {
                    print::charge(cx, argument)?;
                }
                directive.apply(argument)?
            }
        };
        room(cx, &mut out, text.len())?;
        out.push_str(&text);
    }
    room(cx, &mut out, rest.len())?;
    out.push_str(rest);
    Ok(out)
}

impl<'a> Directive<'a> {
    /// The directive that a text begins with.
    fn read(from: &'a str) -> Result<Self> {
        let body = from.get(1..).unwrap_or("");
        let digits = |text: &'a str| text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
        let (index, body) = match digits(body) {
            (number, after) if !number.is_empty() && after.starts_with('$') => {
                let number = number.parse().unwrap_or(usize::MAX);
                (Index::Number(number), after.get(1..).unwrap_or(""))
            }
            _ => (Index::Next, body),
        };
        let (flags, body) = body.split_at(body.find(|c| !"-#+ 0,(<".contains(c)).unwrap_or(body.len()));
        let index = if flags.contains('<') { Index::Same } else { index };
        let (width, body) = digits(body);
        let (precision, body) = match body.strip_prefix('.').map(digits) {
            Some((precision, after)) if !precision.is_empty() => (precision, after),
            _ => ("", body),
        };
        let conversion = body.chars().next();
        let length = from.len().saturating_sub(body.len()).saturating_add(conversion.map_or(0, char::len_utf8));
        let text = from.get(..length).unwrap_or(from);
        let number = |digits: &str| (!digits.is_empty()).then(|| digits.parse().unwrap_or(usize::MAX >> 4));
        let unknown = |what: &str| {
            let message = format!("{what} in the format is no directive");
            let hint = "there are %s %d %f %e %g %x %o %c %b %h %n, and %% for a percent sign";
            Err(Fault::value(message).hint(hint).into())
        };
        let Some(conversion) = conversion else { return unknown(text) };
        let directive = Self { text, index, flags, width: number(width), precision: number(precision), conversion };
        match conversion {
            't' | 'T' => {
                let message = format!("{text}: dates and times are not formatted here");
                let fault = Fault::new(ErrorKind::Unsupported, "IllegalArgumentException", message);
                Err(fault.hint("take parts with (.getYear d) and its kin, or (subs (str d) 0 10)").into())
            }
            's' | 'S' | 'd' | 'x' | 'X' | 'o' | 'e' | 'E' | 'f' | 'g' | 'G' | 'c' | 'C' | 'b' | 'B' | 'h' | 'H'
            | '%' | 'n' => directive.checked(),
            _ => unknown(text),
        }
    }

    /// Refuses what Java refuses: flags, widths and precisions that mean nothing.
    fn checked(self) -> Result<Self> {
        let flags: Vec<char> = self.flags.chars().collect();
        let has = |flag: char| flags.contains(&flag);
        if let Some(twice) = flags.iter().find(|flag| flags.iter().filter(|other| other == flag).count() > 1) {
            return Err(self.wrong(&format!("has the flag {twice} twice")).into());
        }
        if matches!(self.index, Index::Number(0)) {
            return Err(self.wrong("counts arguments from 1").into());
        }
        let allowed = match self.conversion {
            'd' => "-+ 0,(<",
            'x' | 'X' | 'o' => "-#0<",
            'e' | 'E' => "-#+ 0(<",
            'f' => "-#+ 0,(<",
            'g' | 'G' => "-+ 0,(<",
            _ => "-<",
        };
        if let Some(flag) = flags.iter().find(|flag| !allowed.contains(**flag)) {
            return Err(self
                .wrong(&format!("has the flag {flag:?}, which does not go with {}", self.conversion))
                .into());
        }
        if (has('-') && has('0')) || (has('+') && has(' ')) {
            return Err(self.wrong("has flags that exclude each other").into());
        }
        if (has('-') || has('0')) && self.width.is_none() {
            return Err(self.wrong("needs a width, as in %-8s or %05d").into());
        }
        if self.precision.is_some() && matches!(self.conversion, 'd' | 'x' | 'X' | 'o' | 'c' | 'C' | '%' | 'n') {
            let fault = self.wrong("has a precision, which is for %f and %s");
            return Err(fault.hint("%.2f prints a float with two digits after the point").into());
        }
        Ok(self)
    }

    #[cold]
    fn wrong(&self, why: &str) -> Fault {
        Fault::value(format!("{} in the format {why}", self.text))
    }

    #[cold]
    fn missing(&self, given: usize) -> Box<Raise> {
        let noun = if given == 1 { "argument" } else { "arguments" };
        let fault = Fault::value(format!("there is no argument for {} in the format: {given} {noun} given", self.text));
        fault.hint("give one value for each directive; %% stands for a percent sign").into()
    }

    #[cold]
    fn refuse<T>(&self, expected: impl Into<Expected>, got: &Value, hint: &'static str) -> Result<T> {
        let raise = type_error(format!("{} in a format", self.text), expected, got);
        Err(match *raise {
            Raise::Fault(fault) => Fault { class: "IllegalArgumentException", ..fault }.hint(hint).into(),
            other => Box::new(other),
        })
    }

    fn has(&self, flag: char) -> bool {
        self.flags.contains(flag)
    }

    fn upper(&self) -> bool {
        self.conversion.is_ascii_uppercase()
    }

    /// The text with spaces up to the width.
    fn padded(&self, text: String) -> Result<String> {
        let text = if self.upper() { text.to_uppercase() } else { text };
        let missing = self.width.unwrap_or(0).saturating_sub(text.chars().count());
        Ok(match (missing, self.has('-')) {
            (0, _) => text,
            (_, true) => text + &" ".repeat(missing),
            (_, false) => " ".repeat(missing) + &text,
        })
    }

    /// Text that is cut to the precision.
    fn cut(&self, text: String) -> Result<String> {
        match self.precision {
            Some(most) => self.padded(text.chars().take(most).collect()),
            None => self.padded(text),
        }
    }

    fn apply(&self, value: &Value) -> Result<String> {
        match (self.conversion, value) {
            ('b' | 'B', Value::Nil | Value::Bool(Boolean::False)) => self.cut("false".into()),
            ('b' | 'B', _) => self.cut("true".into()),
            (_, Value::Nil) => self.cut("null".into()),
            ('s' | 'S', other) => self.cut(display(other)),
            ('c' | 'C', Value::Text(text)) => match text.as_char() {
                Some(c) => self.padded(c.into()),
                None => self.refuse("one character", value, "%s prints strings"),
            },
            ('c' | 'C', Value::Int(code)) => match u32::try_from(*code).ok().and_then(char::from_u32) {
                Some(c) => self.padded(c.into()),
                None => self.refuse("a character", value, "%d prints integers"),
            },
            ('c' | 'C', other) => self.refuse("a character", other, "%s prints anything"),
            ('d' | 'x' | 'X' | 'o', Value::Int(n)) => self.integer(*n < 0 && self.conversion == 'd', &self.digits(*n)),
            ('d' | 'x' | 'X' | 'o', Value::Big(n)) => {
                let size = n.magnitude();
                let digits = match self.conversion {
                    'd' => size.to_str_radix(10),
                    'o' => size.to_str_radix(8),
                    _ => size.to_str_radix(16),
                };
                self.integer(n.sign() == num_bigint::Sign::Minus, &digits)
            }
            ('d' | 'x' | 'X' | 'o', other) => {
                let hint = match other {
                    Value::Float(_) => {
                        "(long x) cuts the fraction off, (Math/round x) rounds; %.0f prints a float without one"
                    }
                    _ => "%s prints anything; (parse-long s) reads an integer",
                };
                self.refuse("an integer", other, hint)
            }
            ('h' | 'H', Value::Text(text)) => {
                let units = text.as_str().encode_utf16();
                let code = units.fold(0_u32, |code, unit| code.wrapping_mul(31).wrapping_add(unit.into()));
                self.cut(format!("{code:x}"))
            }
            ('h' | 'H', Value::Int(n)) => {
                let bits = n.cast_unsigned();
                #[expect(clippy::cast_possible_truncation, reason = "how Java hashes integers")]
                let code = (bits ^ (bits >> 32)) as u32;
                self.cut(format!("{code:x}"))
            }
            ('h' | 'H', Value::Bool(Boolean::True)) => self.cut("4cf".into()),
            ('h' | 'H', other) => self.refuse("a string or an integer", other, "%s prints anything"),
            (_, Value::Float(x)) => self.float(x.get()),
            (_, other) => {
                let hint = match other {
                    Value::Int(_) | Value::Big(_) => "(double x) makes a float of an integer; %d prints integers",
                    _ => "%s prints anything; (parse-double s) reads a float",
                };
                self.refuse("a float", other, hint)
            }
        }
    }

    /// The digits of an integer without its sign; of negative ones in hexadecimal and octal the 64 bits.
    fn digits(&self, n: i64) -> String {
        match self.conversion {
            'd' => n.unsigned_abs().to_string(),
            'o' => format!("{n:o}"),
            _ => format!("{n:x}"),
        }
    }

    fn integer(&self, negative: bool, digits: &str) -> Result<String> {
        let prefix = match self.conversion {
            'x' | 'X' if self.has('#') => "0x",
            'o' if self.has('#') => "0",
            _ => "",
        };
        if self.conversion == 'd' {
            return self.signed(negative, digits, "");
        }
        let sign = if negative { "-" } else { "" };
        let zeros = if self.has('0') { self.width.unwrap_or(0) } else { 0 };
        let zeros = zeros.saturating_sub(sign.len()).saturating_sub(prefix.len()).saturating_sub(digits.len());
        self.padded(format!("{sign}{prefix}{}{digits}", "0".repeat(zeros)))
    }

    /// A number with its sign, grouping and zeros in front; `after` is what follows the whole part.
    fn signed(&self, negative: bool, whole: &str, after: &str) -> Result<String> {
        let grouped = if self.has(',') { grouped(whole) } else { whole.to_owned() };
        let (before, behind) = match negative {
            true if self.has('(') => ("(", ")"),
            true => ("-", ""),
            false if self.has('+') => ("+", ""),
            false if self.has(' ') => (" ", ""),
            false => ("", ""),
        };
        let length =
            [before, &grouped, after, behind].iter().fold(0, |sum: usize, part| sum.saturating_add(part.len()));
        let zeros = if self.has('0') { self.width.unwrap_or(0).saturating_sub(length) } else { 0 };
        self.padded(format!("{before}{}{grouped}{after}{behind}", "0".repeat(zeros)))
    }

    fn float(&self, x: f64) -> Result<String> {
        let negative = x.is_sign_negative();
        if !x.is_finite() {
            let text = if x.is_nan() { "NaN" } else { "Infinity" };
            let plain = match (x.is_nan(), negative) {
                (true, _) => text.into(),
                (false, true) if self.has('(') => format!("({text})"),
                (false, true) => format!("-{text}"),
                (false, false) if self.has('+') => format!("+{text}"),
                (false, false) if self.has(' ') => format!(" {text}"),
                (false, false) => text.into(),
            };
            return self.padded(plain);
        }
        let number = Decimal::of(x);
        let precision = self.precision.unwrap_or(6);
        match self.conversion {
            'f' => self.fixed(negative, number, precision),
            'e' | 'E' => self.scientific(negative, number, precision),
            _ => {
                let precision = precision.max(1);
                let rounded = number.significant(precision);
                let exponent = rounded.exponent();
                if rounded.is_zero() {
                    self.fixed(negative, rounded, precision.saturating_sub(1))
                } else if exponent >= -4 && usize::try_from(exponent).map_or(true, |exponent| exponent < precision) {
                    let places =
                        i64::try_from(precision).unwrap_or(i64::MAX).saturating_sub(1).saturating_sub(exponent);
                    self.fixed(negative, rounded, usize::try_from(places).unwrap_or(0))
                } else {
                    self.scientific(negative, rounded, precision.saturating_sub(1))
                }
            }
        }
    }

    fn fixed(&self, negative: bool, number: Decimal, places: usize) -> Result<String> {
        let number = number.places(places);
        let (whole, mut part) = number.split();
        part.truncate(places);
        let zeros = "0".repeat(places.saturating_sub(part.len()));
        let point = if places > 0 || self.has('#') { "." } else { "" };
        self.signed(negative, &whole, &format!("{point}{part}{zeros}"))
    }

    fn scientific(&self, negative: bool, number: Decimal, places: usize) -> Result<String> {
        let number = number.significant(places.saturating_add(1));
        let exponent = if number.is_zero() { 0 } else { number.exponent() };
        let mut digits = number.digits;
        digits.extend(std::iter::repeat_n('0', places.saturating_add(1).saturating_sub(digits.len())));
        let (first, rest) = digits.split_at(1);
        let point = if places > 0 || self.has('#') { "." } else { "" };
        let sign = if exponent < 0 { '-' } else { '+' };
        self.signed(negative, first, &format!("{point}{rest}e{sign}{:02}", exponent.unsigned_abs()))
    }
}

/// Whole digits in groups of three.
fn grouped(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len().saturating_mul(2));
    for (at, c) in digits.chars().enumerate() {
        if at > 0 && digits.len().saturating_sub(at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// The shortest digits that read back as a float: `0.digits × 10^point`. Rounding goes by them, half up, as Java's does.
struct Decimal {
    digits: String,
    point: i64,
}

impl Decimal {
    fn of(x: f64) -> Self {
        let text = format!("{:e}", x.abs());
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let digits = digits.replace('.', "");
        let point = exponent.parse::<i64>().unwrap_or(0).saturating_add(1);
        if digits.bytes().all(|digit| digit == b'0') {
            Self { digits: "0".into(), point: 1 }
        } else {
            Self { digits, point }
        }
    }

    fn is_zero(&self) -> bool {
        self.digits.bytes().all(|digit| digit == b'0')
    }

    /// The power of ten of the first digit.
    fn exponent(&self) -> i64 {
        self.point.saturating_sub(1)
    }

    /// Rounded to a number of digits after the point.
    fn places(self, places: usize) -> Self {
        let kept = self.point.saturating_add(i64::try_from(places).unwrap_or(i64::MAX));
        match usize::try_from(kept) {
            Ok(kept) => self.significant(kept),
            Err(_) => Self { digits: "0".into(), point: 1 },
        }
    }

    /// Rounded to a number of digits.
    fn significant(mut self, kept: usize) -> Self {
        let Some(next) = self.digits.as_bytes().get(kept) else { return self };
        let up = *next >= b'5';
        self.digits.truncate(kept);
        if !up {
            if kept == 0 {
                return Self { digits: "0".into(), point: 1 };
            }
            return self;
        }
        let nines = self.digits.bytes().rev().take_while(|digit| *digit == b'9').count();
        let stay = self.digits.len().saturating_sub(nines);
        self.digits.truncate(stay);
        match self.digits.pop().and_then(|digit| digit.to_digit(10)) {
            Some(digit) => self.digits.extend(char::from_digit(digit.saturating_add(1), 10)),
            None => {
                self.digits.push('1');
                self.point = self.point.saturating_add(1);
            }
        }
        self
    }

    /// The digits before and after the point.
    fn split(&self) -> (String, String) {
        match usize::try_from(self.point) {
            Ok(point) if point > 0 => {
                let zeros = "0".repeat(point.saturating_sub(self.digits.len()));
                let (whole, part) = self.digits.split_at(point.min(self.digits.len()));
                (format!("{whole}{zeros}"), part.into())
            }
            _ => {
                let zeros = usize::try_from(self.point.unsigned_abs()).unwrap_or(0);
                ("0".into(), format!("{}{}", "0".repeat(zeros), self.digits))
            }
        }
    }
}
