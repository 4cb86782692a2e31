//! Text as bytes and in the encodings of the web: `.getBytes`, Base64, `URLEncoder`. Bytes are vectors of integers.

use super::builtins;
use crate::lisp::ops::bytes::{as_bytes, bytes_of};
use crate::lisp::ops::text::{Str, walk};
use crate::lisp::ops::{regex, uuid};
use crate::lisp::value::{Context, Fault, Raise, Result, Value};

const PLAIN: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

const URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

fn alphabet(coder: &Value) -> &'static [u8; 64] {
    if coder.as_name() == Some("base64-url") { URL } else { PLAIN }
}

/// Four characters for three bytes.
fn encoded(bytes: &[u8], alphabet: &[u8; 64]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3).saturating_mul(4));
    for three in bytes.chunks(3) {
        let at = |index: usize| u32::from(three.get(index).copied().unwrap_or(0));
        let bits = (at(0) << 16) | (at(1) << 8) | at(2);
        for place in 0..4_usize {
            if place > three.len() {
                out.push('=');
                continue;
            }
            let index = (bits >> [18, 12, 6, 0].get(place).copied().unwrap_or(0_u32)) & 63;
            out.push(alphabet.get(index as usize).copied().map_or('=', char::from));
        }
    }
    out
}

/// The bytes that a text in Base64 stands for.
fn decoded(text: &[u8], alphabet: &[u8; 64]) -> Option<Vec<u8>> {
    let text = text.strip_suffix(b"==").or_else(|| text.strip_suffix(b"=")).unwrap_or(text);
    let mut out = Vec::with_capacity(text.len());
    for four in text.chunks(4) {
        let mut bits = 0_u32;
        for place in 0..4 {
            let value = match four.get(place) {
                Some(letter) => u32::try_from(alphabet.iter().position(|known| known == letter)?).ok()?,
                None => 0,
            };
            bits = (bits << 6) | value;
        }
        let count = [0, 0, 1, 2, 3].get(four.len()).copied().filter(|count| *count > 0)?;
        out.extend(bits.to_be_bytes().into_iter().skip(1).take(count));
    }
    Some(out)
}

#[cold]
fn bad(what: &str) -> Box<Raise> {
    Fault::value(what.to_owned()).class("IllegalArgumentException").into()
}

builtins! { Java;
    /// The bytes of the string in UTF-8, as a vector of integers from -128 to 127.
    /// (.getBytes "hé")
    /// ;=> [104 -61 -87]
    ".getBytes"
        (cx, s: Str) => { as_bytes(cx, s.as_str().as_bytes()) }
        (cx, s: Str, charset: Str) => {
            if !charset.as_str().eq_ignore_ascii_case("utf-8") {
                return Err(bad("the only charset is \"UTF-8\""));
            }
            as_bytes(cx, s.as_str().as_bytes())
        }

    /// What encodes as Base64.
    /// (.encodeToString (java.util.Base64/getEncoder) (.getBytes "hello"))
    /// ;=> "aGVsbG8="
    "Base64/getEncoder" (_cx) => { Ok(Value::keyword("base64")) }

    /// What encodes as Base64 for addresses.
    /// (.encodeToString (Base64/getUrlEncoder) [-1 -1])
    /// ;=> "__8="
    "Base64/getUrlEncoder" (_cx) => { Ok(Value::keyword("base64-url")) }

    /// What decodes Base64.
    /// (String. (.decode (java.util.Base64/getDecoder) "aGVsbG8="))
    /// ;=> "hello"
    "Base64/getDecoder" (_cx) => { Ok(Value::keyword("base64")) }

    /// What decodes Base64 of addresses.
    /// (.decode (Base64/getUrlDecoder) "__8=")
    /// ;=> [-1 -1]
    "Base64/getUrlDecoder" (_cx) => { Ok(Value::keyword("base64-url")) }

    /// Bytes, or those of a string, in Base64.
    /// (.encodeToString (Base64/getEncoder) "hi")
    /// ;=> "aGk="
    ".encodeToString" => "string" (cx, encoder: Value, bytes: Value) => {
        let bytes = bytes_of(cx, ".encodeToString", bytes)?;
        cx.reserve(bytes.len().saturating_mul(2))?;
        cx.spend(bytes.len() as u64 / 4)?;
        Ok(encoded(&bytes, alphabet(&encoder)).into())
    }

    /// The bytes that a text in Base64 stands for; (String. bytes) makes text of them.
    /// (.decode (Base64/getDecoder) "aGk=")
    /// ;=> [104 105]
    ".decode" (cx, decoder: Value, text: Value) => {
        let text = bytes_of(cx, ".decode", text)?;
        cx.reserve(text.len())?;
        cx.spend(text.len() as u64)?;
        let bytes = decoded(&text, alphabet(&decoder)).ok_or_else(|| bad("that is no text in Base64"))?;
        as_bytes(cx, &bytes)
    }

    /// The string as it stands in the query of an address.
    /// (java.net.URLEncoder/encode "a b&c" "UTF-8")
    /// ;=> "a+b%26c"
    "URLEncoder/encode" => "string"
        (cx, s: Str) => { encode(cx, &s) }
        (cx, s: Str, _charset: Str) => { encode(cx, &s) }

    /// The string that stands so in the query of an address.
    /// (java.net.URLDecoder/decode "a+b%26c" "UTF-8")
    /// ;=> "a b&c"
    "URLDecoder/decode" => "string"
        (cx, s: Str) => { decode(cx, &s) }
        (cx, s: Str, _charset: Str) => { decode(cx, &s) }

    /// The UUID as a string.
    /// (= 36 (count (java.util.UUID/randomUUID)))
    /// ;=> true
    "UUID/randomUUID" = "random-uuid"

    /// The UUID that a text spells, as a string.
    /// (java.util.UUID/fromString "B6883C0A-0342-4007-9966-bc2dfa6b109e")
    /// ;=> "b6883c0a-0342-4007-9966-bc2dfa6b109e"
    "UUID/fromString" => "string" (_cx, s: Str) => {
        uuid::read_uuid(s.as_str()).map(Value::from).ok_or_else(|| bad("that is no UUID"))
    }

    /// A pattern that matches the string and nothing else.
    /// (re-find (re-pattern (java.util.regex.Pattern/quote "a.b")) "xa.b")
    /// ;=> "a.b"
    "Pattern/quote" => "string" (cx, s: Str) => {
        walk(cx, s.as_str())?;
        cx.reserve(s.len())?;
        Ok(format!("\\Q{}\\E", s.as_str()).into())
    }

    /// The regex of a pattern; flags are Pattern/CASE_INSENSITIVE, MULTILINE and DOTALL.
    /// (re-find (java.util.regex.Pattern/compile "b+" Pattern/CASE_INSENSITIVE) "aBb")
    /// ;=> "Bb"
    "Pattern/compile"
        (cx, pattern: Str) => { regex::compile(cx, pattern.as_str()).map(Value::Regex) }
        (cx, pattern: Str, flags: i64) => {
            let letters = [(2, 'i'), (8, 'm'), (32, 's')].iter().filter(|(bit, _)| flags & bit != 0);
            let letters: String = letters.map(|(_, letter)| *letter).collect();
            let begin = if letters.is_empty() { letters } else { format!("(?{letters})") };
            regex::compile(cx, &format!("{begin}{}", pattern.as_str())).map(Value::Regex)
        }

    /// Whether a regex, given as a string, matches a whole string.
    /// (java.util.regex.Pattern/matches "[0-9]+" "123")
    /// ;=> true
    "Pattern/matches" => "bool" (cx, regex: Str, s: Str) => {
        let regex = regex::compile(cx, regex.as_str())?;
        regex::whole(cx, &regex, s.as_str()).map(|found| Value::from(!found.is_nil()))
    }
}

fn encode(cx: &mut dyn Context, s: &Str) -> Result<Value> {
    walk(cx, s.as_str())?;
    cx.reserve(s.len().saturating_mul(3))?;
    let mut out = String::new();
    for byte in s.as_str().bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'*' | b'_' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    Ok(out.into())
}

fn decode(cx: &mut dyn Context, s: &Str) -> Result<Value> {
    walk(cx, s.as_str())?;
    cx.reserve(s.len())?;
    let mut bytes = Vec::new();
    let mut rest = s.as_str().bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
                let (high, low) = (digit(rest.next()), digit(rest.next()));
                let value = high.zip(low).and_then(|(high, low)| u8::try_from(high << 4 | low).ok());
                value.ok_or_else(|| bad("two hexadecimal digits follow %"))?
            }
            other => other,
        });
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned().into())
}
