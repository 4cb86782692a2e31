//! Literals: numbers, strings and characters from their spelling.

use num_bigint::BigInt;
use num_traits::Num;

use crate::lisp::value::Value;

/// The number that a token spells, or why it spells none.
pub(super) fn number(token: &str) -> Result<Value, String> {
    let (sign, digits) = match token.as_bytes().first() {
        Some(b'-') => ("-", token.get(1..).unwrap_or("")),
        Some(b'+') => ("", token.get(1..).unwrap_or("")),
        _ => ("", token),
    };
    let refuse = || Err(format!("{token} is no number"));
    let integer = |digits: &str, radix: u32| {
        let text = format!("{sign}{digits}");
        match i64::from_str_radix(&text, radix) {
            Ok(n) => Ok(Value::Int(n)),
            Err(_) if digits.len() > 20_000 => Err(format!("an integer of {} digits is too long", digits.len())),
            Err(_) if digits.contains(['_', '+', '-']) => refuse(),
            Err(_) => BigInt::from_str_radix(&text, radix).map(Value::from).or_else(|_| refuse()),
        }
    };
    let decimal = |text: &str| -> Result<Value, String> {
        let plain = text.bytes().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte));
        match text.parse::<f64>() {
            Ok(x) if plain => Ok(Value::from(if sign == "-" { -x } else { x })),
            _ => refuse(),
        }
    };
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(hex) = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        return integer(hex.strip_suffix('N').unwrap_or(hex), 16);
    }
    if all_digits(digits) {
        let octal = digits.len() > 1 && digits.starts_with('0');
        return integer(digits, if octal { 8 } else { 10 });
    }
    if let Some(whole) = digits.strip_suffix('N') {
        return if all_digits(whole) { integer(whole, 10) } else { refuse() };
    }
    if let Some(text) = digits.strip_suffix('M') {
        return decimal(text);
    }
    if let Some((top, bottom)) = digits.split_once('/') {
        return match (all_digits(top), all_digits(bottom)) {
            (true, true) => ratio(sign, top, bottom),
            _ => refuse(),
        };
    }
    if let Some((radix, rest)) = digits.split_once(['r', 'R']) {
        return match radix.parse::<u32>() {
            Ok(radix @ 2..=36) => integer(rest, radix),
            _ => refuse(),
        };
    }
    decimal(digits)
}

fn ratio(sign: &str, top: &str, bottom: &str) -> Result<Value, String> {
    let parse = |text: &str| text.parse::<f64>().unwrap_or(f64::NAN);
    let (top, bottom) = (parse(top), parse(bottom));
    if bottom == 0.0 {
        return Err("Divide by zero".into());
    }
    let quotient = if sign == "-" { -top / bottom } else { top / bottom };
    #[expect(clippy::cast_possible_truncation, reason = "whole and well within 64 bits")]
    let whole = quotient as i64;
    let exact = quotient.fract() == 0.0 && quotient.abs() < 9e15;
    Ok(if exact { Value::Int(whole) } else { Value::from(quotient) })
}

/// The UUID that a text spells, in small letters: five hexadecimal numbers between hyphens.
pub(super) fn uuid(text: &str) -> Option<String> {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    let is_hex = |c: char| c.is_ascii_hexdigit() || c == '-';
    (lengths == [8, 4, 4, 4, 12] && text.chars().all(is_hex)).then(|| text.to_ascii_lowercase())
}

/// The character that an escape in a string stands for and how many bytes of the escape were read.
pub(super) fn escape(after_backslash: &str) -> Result<(char, usize), String> {
    let mut chars = after_backslash.chars();
    let plain = |c| Ok((c, 1));
    match chars.next() {
        Some('n') => plain('\n'),
        Some('t') => plain('\t'),
        Some('r') => plain('\r'),
        Some('b') => plain('\u{8}'),
        Some('f') => plain('\u{c}'),
        Some('"') => plain('"'),
        Some('\\') => plain('\\'),
        Some('\'') => plain('\''),
        Some('u') => unicode(chars.as_str()),
        Some(digit @ '0'..='7') => {
            let more = chars.as_str().bytes().take(2).take_while(|byte| (b'0'..=b'7').contains(byte)).count();
            let length = more.saturating_add(1);
            let code = after_backslash.get(..length).and_then(|text| u32::from_str_radix(text, 8).ok());
            match code.filter(|code| *code <= 0o377).and_then(char::from_u32) {
                Some(c) => Ok((c, length)),
                None => Err(format!("\\{digit}… is no octal escape below \\400")),
            }
        }
        Some(other) => Err(format!("\\{other} is no escape; write \\\\{other} for a backslash")),
        None => Err("the string ends within an escape".into()),
    }
}

/// `\uXXXX`, also as a pair of surrogates.
fn unicode(digits: &str) -> Result<(char, usize), String> {
    let four = |text: &str| {
        let digits = text.get(..4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        digits.and_then(|digits| u32::from_str_radix(digits, 16).ok())
    };
    let Some(first) = four(digits) else { return Err("\\u needs four hexadecimal digits".into()) };
    if let Some(c) = char::from_u32(first) {
        return Ok((c, 5));
    }
    let second = digits.get(4..).and_then(|rest| rest.strip_prefix("\\u")).and_then(four);
    let pair = second.and_then(|second| char::decode_utf16([first as u16, second as u16]).next()?.ok());
    pair.map(|c| (c, 11)).ok_or_else(|| "half of a surrogate pair is no character".into())
}

/// The character that a token after a backslash names: `\a`, `\newline`, `\u0041`.
pub(super) fn character(token: &str) -> Result<char, String> {
    let mut chars = token.chars();
    if let (Some(only), None) = (chars.next(), chars.next()) {
        return Ok(only);
    }
    let named = match token {
        "newline" => Some('\n'),
        "space" => Some(' '),
        "tab" => Some('\t'),
        "return" => Some('\r'),
        "backspace" => Some('\u{8}'),
        "formfeed" => Some('\u{c}'),
        _ => None,
    };
    if let Some(c) = named {
        return Ok(c);
    }
    let coded = match token.as_bytes().first() {
        Some(b'u') if token.len() == 5 => token.get(1..).and_then(|digits| u32::from_str_radix(digits, 16).ok()),
        Some(b'o') if token.len() <= 4 => {
            token.get(1..).and_then(|digits| u32::from_str_radix(digits, 8).ok()).filter(|code| *code <= 0o377)
        }
        _ => None,
    };
    coded.and_then(char::from_u32).ok_or_else(|| {
        format!("\\{token} is no character; there are \\a, \\newline, \\space, \\tab, \\return, \\u0041")
    })
}
