//! The reader: nom functions that bear the names of the rules in `grammar/ptc-lisp.ebnf`.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use nom::bytes::complete::{take_till, take_while, take_while1};
use nom::{IResult, Parser};

use super::literal;
use super::{Form, FormKind};
use crate::lisp::text::{Error, ErrorKind, LimitKind, LimitReached, Source, Span, abridge};
use crate::lisp::value::{Date, Keyword, Symbol, Value};

/// The deepest nesting of a source.
pub const MAX_SOURCE_NESTING: usize = crate::lisp::limits::MAX_SOURCE_NESTING;

/// The forms of a program.
///
/// # Errors
/// The first thing that is no form, with its place.
pub fn read(source: &Arc<Source>) -> Result<Vec<Form>, Error> {
    let reader = Reader { source, data: false, tags: None, keywords: RefCell::default() };
    reader.program(source.text()).map(|(_, forms)| forms).map_err(problem)
}

/// The value of the first form of a text of data, if there is one; what follows is not read.
///
/// # Errors
/// What is no data, with its place.
pub fn read_datum(source: &Arc<Source>) -> Result<Option<Value>, Error> {
    read_tagged_datum(source, &|_| false)
}

/// The name that a tagged value is a list of, with the tag and what it stands before. No program can write it.
pub const TAGGED: &str = "tagged value";

/// As [`read_datum`], with the values of the tags that are `wanted` as lists that begin with [`TAGGED`].
///
/// # Errors
/// What is no data, with its place.
pub fn read_tagged_datum(source: &Arc<Source>, wanted: &dyn Fn(&str) -> bool) -> Result<Option<Value>, Error> {
    let reader = Reader { source, data: true, tags: Some(wanted), keywords: RefCell::default() };
    let inside = Inside { depth: 0, function: false };
    let (rest, ()) = reader.space(source.text(), inside).map_err(problem)?;
    if rest.is_empty() {
        return Ok(None);
    }
    let (_, form) = reader.form(rest, inside).map_err(problem)?;
    form.to_value(source).map(Some)
}

fn problem(error: nom::Err<Problem>) -> Error {
    match error {
        nom::Err::Error(problem) | nom::Err::Failure(problem) => *problem.0,
        nom::Err::Incomplete(_) => Error::new(ErrorKind::Parse, "the source is not complete"),
    }
}

/// The values of a text of data (EDN), such as a memory file.
///
/// # Errors
/// The first thing that is no data, with its place.
pub fn read_data(source: &Arc<Source>) -> Result<Vec<Value>, Error> {
    read(source)?.iter().map(|form| form.to_value(source)).collect()
}

/// Why a text is no form. Boxed: nom passes results around by value.
#[derive(Debug)]
struct Problem(Box<Error>);

impl<'s> nom::error::ParseError<&'s str> for Problem {
    fn from_error_kind(_: &'s str, kind: nom::error::ErrorKind) -> Self {
        Self(Box::new(Error::new(ErrorKind::Parse, format!("cannot be read ({})", kind.description()))))
    }
    fn append(_: &'s str, _: nom::error::ErrorKind, other: Self) -> Self {
        other
    }
}

type Read<'s, T> = IResult<&'s str, T, Problem>;

struct Reader<'a> {
    source: &'a Arc<Source>,
    /// Whether the text is data alone, where `@` means nothing.
    data: bool,
    /// Which tags somebody else makes values of.
    tags: Option<&'a dyn Fn(&str) -> bool>,
    /// Equal keywords of one source are one, so that comparing them is quick.
    keywords: RefCell<HashMap<String, Keyword>>,
}

/// What the reader knows while it is inside of brackets.
#[derive(Clone, Copy, Default)]
struct Inside {
    depth: usize,
    function: bool,
}

pub(super) fn is_space(c: char) -> bool {
    c == ',' || c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}')
}

pub(super) fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”')
}

/// Whether a character ends a token.
pub(super) fn is_delimiter(c: char) -> bool {
    is_space(c) || is_quote(c) || "()[]{};@^`~\\\0".contains(c)
}

fn token(input: &str) -> Read<'_, &str> {
    take_till(is_delimiter).parse(input)
}

impl Reader<'_> {
    fn offset(&self, rest: &str) -> usize {
        self.source.text().len().saturating_sub(rest.len())
    }

    fn span(&self, start: &str, rest: &str) -> Span {
        Span::new(self.offset(start), self.offset(rest))
    }

    #[cold]
    fn problem<T>(&self, at: &str, length: usize, message: String, hint: &str) -> Read<'static, T> {
        let start = self.offset(at);
        let mut error =
            Error::new(ErrorKind::Parse, message).at(self.source, Span::new(start, start.saturating_add(length)));
        if !hint.is_empty() {
            error = error.hint(hint);
        }
        Err(nom::Err::Failure(Problem(Box::new(error))))
    }

    fn deeper(&self, at: &str, inside: Inside) -> Result<Inside, nom::Err<Problem>> {
        if inside.depth < MAX_SOURCE_NESTING {
            return Ok(Inside { depth: inside.depth.saturating_add(1), ..inside });
        }
        let most = MAX_SOURCE_NESTING as u64;
        let start = self.offset(at);
        let mut error = Error::new(ErrorKind::Limit, format!("the source is nested more than {most} levels deep"))
            .hint("give inner parts names with let or defn")
            .at(self.source, Span::new(start, start.saturating_add(1)));
        error.limit = Some(LimitReached::one_more(LimitKind::SourceNesting, most));
        Err(nom::Err::Failure(Problem(Box::new(error))))
    }

    /// program = items ;
    fn program<'s>(&self, input: &'s str) -> Read<'s, Vec<Form>> {
        let mut forms = Vec::new();
        let (mut input, ()) = self.space(input, Inside::default())?;
        while !input.is_empty() {
            let (rest, form) = self.form(input, Inside::default())?;
            forms.push(form);
            (input, ()) = self.space(rest, Inside::default())?;
        }
        Ok((input, forms))
    }

    /// space = { white | comment | discard } ;
    fn space<'s>(&self, input: &'s str, inside: Inside) -> Read<'s, ()> {
        let mut input = input;
        loop {
            (input, _) = take_while(is_space).parse(input)?;
            if input.starts_with(';') || input.starts_with("#!") {
                (input, _) = take_till(|c| c == '\n' || c == '\r').parse(input)?;
            } else if let Some(rest) = input.strip_prefix("#_") {
                let inside = self.deeper(input, inside)?;
                let (rest, ()) = self.space(rest, inside)?;
                if rest.is_empty() || rest.starts_with([')', ']', '}']) {
                    return self.problem(input, 2, "#_ has no form after it to leave out".into(), "");
                }
                (input, _) = self.form(rest, inside)?;
            } else {
                return Ok((input, ()));
            }
        }
    }

    /// form = list | vector | map | string | character | keyword | wrapped | meta | dispatch | number | symbol ;
    fn form<'s>(&self, input: &'s str, inside: Inside) -> Read<'s, Form> {
        let inside = self.deeper(input, inside)?;
        let mut chars = input.chars();
        let (first, after) = (chars.next(), chars.as_str());
        match first {
            None => self.problem(input, 0, "a form is missing at the end of the source".into(), ""),
            Some('(') => self.list(input, inside),
            Some('[') => self.vector(input, inside),
            Some('{') => self.map(input, inside),
            Some(c) if is_quote(c) => self.string(input),
            Some('\\') => self.character(input),
            Some(':') => self.keyword(input),
            Some('\'' | '‘' | '’') => self.wrapped(input, after, "quote", inside),
            Some('@') if self.data => self.problem(
                input,
                1,
                "Invalid leading character: @".into(),
                "data has no calls: write the value itself",
            ),
            Some('@') => self.wrapped(input, after, "deref", inside),
            Some('^') => self.meta(input, after, inside),
            Some('#') => self.dispatch(input, inside),
            Some('`' | '~') => self.problem(
                input,
                1,
                "there are no macros of one's own, so ` and ~ have no use".into(),
                "build lists with list, concat or cons; quote with '",
            ),
            Some(c @ (')' | ']' | '}')) => self.problem(
                input,
                1,
                format!("{c} closes nothing: no bracket is open here"),
                "leave it out, or add the opening one before",
            ),
            Some('0'..='9') => self.number(input),
            Some('+' | '-') if after.starts_with(|c: char| c.is_ascii_digit()) => self.number(input),
            Some('\0') => self.problem(input, 1, "there is a NUL character in the source".into(), "leave it out"),
            Some(_) => self.symbol(input),
        }
    }

    /// items = space, [ form, { gap, form }, [ gap ] ] ;
    ///
    /// The closing bracket after them is read too.
    fn items<'s>(&self, open: &'s str, width: usize, close: char, inside: Inside) -> Read<'s, Vec<Form>> {
        let mut forms = Vec::new();
        let (mut input, ()) = self.space(open.get(width..).unwrap_or(""), inside)?;
        loop {
            match input.chars().next() {
                Some(c) if c == close => return Ok((input.get(1..).unwrap_or(""), forms)),
                Some(c @ (')' | ']' | '}')) => {
                    let (line, column) = self.source.position(self.span(open, open).start);
                    let opened = open.get(..width).unwrap_or("");
                    return self.problem(
                        input,
                        1,
                        format!("{c} does not match the {opened} opened at {line}:{column}"),
                        &format!("write {close} here, or close {opened} before"),
                    );
                }
                None => {
                    let opened = open.get(..width).unwrap_or("");
                    return self.problem(
                        open,
                        width,
                        format!("the {opened} opened here is never closed"),
                        &format!("add {close} where it should end"),
                    );
                }
                Some(_) => {}
            }
            let (rest, form) = self.form(input, inside)?;
            forms.push(form);
            (input, ()) = self.space(rest, inside)?;
        }
    }

    /// list = "(", items, ")" ;
    fn list<'s>(&self, input: &'s str, inside: Inside) -> Read<'s, Form> {
        let (rest, items) = self.items(input, 1, ')', inside)?;
        Ok((rest, Form::list(items, self.span(input, rest))))
    }

    /// vector = "[", items, "]" ;
    fn vector<'s>(&self, input: &'s str, inside: Inside) -> Read<'s, Form> {
        let (rest, items) = self.items(input, 1, ']', inside)?;
        Ok((rest, Form::vector(items, self.span(input, rest))))
    }

    /// map = "{", space, [ pair, { gap, pair }, [ gap ] ], "}" ;
    fn map<'s>(&self, input: &'s str, inside: Inside) -> Read<'s, Form> {
        let (rest, items) = self.items(input, 1, '}', inside)?;
        if !items.len().is_multiple_of(2) {
            let last = items.last().map(|form| self.source.slice(form.span)).unwrap_or("");
            let last = abridge(last, 60).into_owned();
            return self.problem(
                input,
                1,
                format!("a map needs a value for every key; the last key {last} has none"),
                "",
            );
        }
        if let Some(key) = Form::duplicate_key(&items, 2) {
            return self.duplicate(key, "key");
        }
        Ok((rest, Form::new(FormKind::Map(items.into()), self.span(input, rest))))
    }

    fn duplicate<T>(&self, form: &Form, what: &str) -> Read<'static, T> {
        let text = self.source.slice(form.span);
        let at = self.source.text().get(form.span.start as usize..).unwrap_or("");
        let message = format!("Duplicate {what}: {}", abridge(text, 60));
        let hint = if what == "key" { "a keyword and the string of its name are one key" } else { "" };
        self.problem(at, text.len(), message, hint)
    }

    /// string = '"', { plain | escape }, '"' | curly, { straight | escape }, ( curly | '"' ) ;
    fn string<'s>(&self, input: &'s str) -> Read<'s, Form> {
        let typographic = !input.starts_with('"');
        let open = input.chars().next().map_or(1, char::len_utf8);
        let ends = |c: char| c == '"' || (typographic && is_quote(c));
        let mut text = String::new();
        let mut rest = input.get(open..).unwrap_or("");
        loop {
            let (after, plain) = take_till(|c| c == '\\' || ends(c)).parse(rest)?;
            text.push_str(plain);
            match after.chars().next() {
                None => {
                    return self.problem(
                        input,
                        1,
                        "the string opened here is never closed".into(),
                        "add \" where it should end",
                    );
                }
                Some('\\') => {
                    let escaped = after.get(1..).unwrap_or("");
                    match literal::escape(escaped) {
                        Ok((c, length)) => {
                            text.push(c);
                            rest = escaped.get(length..).unwrap_or("");
                        }
                        Err(why) => return self.problem(after, 2, why, ""),
                    }
                }
                Some(c) => {
                    let rest = after.get(c.len_utf8()..).unwrap_or("");
                    return Ok((rest, Form::literal(Value::from(text), self.span(input, rest))));
                }
            }
        }
    }

    /// character = "\", ( any | named | "u", unit | "o", octal ) ;
    fn character<'s>(&self, input: &'s str) -> Read<'s, Form> {
        let after = input.get(1..).unwrap_or("");
        let first = after.chars().next().map_or(0, char::len_utf8);
        let (rest, _) = token(after.get(first..).unwrap_or(""))?;
        let name = after.get(..after.len().saturating_sub(rest.len())).unwrap_or("");
        match literal::character(name) {
            Ok(c) => Ok((rest, Form::literal(Value::Text(c.into()), self.span(input, rest)))),
            Err(_) if name.is_empty() => self.problem(input, 1, "a character is missing after \\".into(), ""),
            Err(why) => self.problem(input, name.len().saturating_add(1), why, ""),
        }
    }

    /// keyword = ":", [ ":" ], key, [ "/", key ] ;
    fn keyword<'s>(&self, input: &'s str) -> Read<'s, Form> {
        let (rest, written) = token(input.get(1..).unwrap_or(""))?;
        let name = match written.strip_prefix(':') {
            Some(own) if own.contains('/') => own.to_owned(),
            Some(own) => format!("user/{own}"),
            None => written.to_owned(),
        };
        if name.is_empty() || name == "user/" || name.ends_with(':') || (name.ends_with('/') && name != "/") {
            return self.problem(
                input,
                1,
                format!(":{} is no keyword", abridge(written, 60)),
                "a keyword is a colon and a name: :id",
            );
        }
        let keyword = self.keywords.borrow_mut().entry(name).or_insert_with_key(|name| Keyword::new(name)).clone();
        Ok((rest, Form::literal(Value::Keyword(keyword), self.span(input, rest))))
    }

    /// wrapped = ( "'" | "‘" | "’" | "@" | "#'" ), space, form ;
    fn wrapped<'s>(&self, input: &'s str, after: &'s str, with: &str, inside: Inside) -> Read<'s, Form> {
        let (rest, ()) = self.space(after, inside)?;
        let (rest, form) = self.form(rest, inside)?;
        let span = self.span(input, rest);
        Ok((rest, Form::list(vec![Form::symbol(with, self.span(input, after)), form], span)))
    }

    /// meta = ( "^" | "#^" ), space, note, gap, form ;
    ///
    /// A symbol, string or vector is a type hint, which is read and ignored.
    fn meta<'s>(&self, input: &'s str, after: &'s str, inside: Inside) -> Read<'s, Form> {
        let (rest, ()) = self.space(after, inside)?;
        let (rest, meta) = self.form(rest, inside)?;
        let entries = match &meta.kind {
            FormKind::Literal(Value::Keyword(_)) => {
                vec![meta.clone(), Form::literal(Value::from(true), meta.span)]
            }
            FormKind::Map(items) => items.to_vec(),
            FormKind::Symbol(_) | FormKind::Literal(Value::Text(_)) | FormKind::Vector(_) => Vec::new(),
            FormKind::Literal(_)
            | FormKind::List(_)
            | FormKind::Set(_)
            | FormKind::Function(_)
            | FormKind::Regex(_) => {
                return self.problem(
                    input,
                    1,
                    "metadata must be a keyword, a map, a symbol or a string".into(),
                    "write ^:name or ^{:key value} before the form",
                );
            }
        };
        let (rest, ()) = self.space(rest, inside)?;
        if rest.is_empty() {
            return self.problem(input, 1, "the metadata has no form after it".into(), "");
        }
        let (rest, form) = self.form(rest, inside)?;
        Ok((rest, form.described(entries, meta.span)))
    }

    /// dispatch = set | function | regex | symbolic | namespaced | tagged ;
    fn dispatch<'s>(&self, input: &'s str, inside: Inside) -> Read<'s, Form> {
        let after = input.get(1..).unwrap_or("");
        match after.chars().next() {
            Some('{') => {
                let (rest, items) = self.items(input, 2, '}', inside)?;
                if let Some(item) = Form::duplicate_key(&items, 1) {
                    return self.duplicate(item, "item of a set");
                }
                Ok((rest, Form::new(FormKind::Set(items.into()), self.span(input, rest))))
            }
            Some('(') if inside.function => self.problem(
                input,
                2,
                "#() within #() is not possible: % would mean two things".into(),
                "write the inner or the outer one as (fn [x] …)",
            ),
            Some('(') => {
                let (rest, items) = self.items(input, 2, ')', Inside { function: true, ..inside })?;
                Ok((rest, Form::new(FormKind::Function(items.into()), self.span(input, rest))))
            }
            Some(c) if is_quote(c) => self.regex(input, c.len_utf8()),
            Some('\'') => self.wrapped(input, after.get(1..).unwrap_or(""), "var", inside),
            Some('^') => self.meta(input, after.get(1..).unwrap_or(""), inside),
            Some('#') => self.symbolic(input),
            Some(':') => self.namespaced(input, inside),
            Some('?') => self.problem(
                input,
                2,
                "reader conditionals are not needed: there is one platform".into(),
                "write the Clojure branch alone",
            ),
            Some('=') => self.problem(input, 2, "#= evaluates while reading, which is not possible".into(), ""),
            _ => self.tagged(input, inside),
        }
    }

    /// regex = '#"', { plain | "\", any }, '"' ;
    ///
    /// Nothing is unescaped: that is the business of regexes.
    fn regex<'s>(&self, input: &'s str, quote: usize) -> Read<'s, Form> {
        let body = input.get(quote.saturating_add(1)..).unwrap_or("");
        let mut escaped = false;
        let end = body.char_indices().find(|(_, c)| {
            let ends = !escaped && is_quote(*c) && (*c == '"' || quote > 1);
            escaped = *c == '\\' && !escaped;
            ends
        });
        let Some((at, close)) = end else {
            return self.problem(
                input,
                2,
                "the regex opened here is never closed".into(),
                "add \" where it should end",
            );
        };
        let rest = body.get(at.saturating_add(close.len_utf8())..).unwrap_or("");
        let pattern = body.get(..at).unwrap_or("").to_owned();
        Ok((rest, Form::new(FormKind::Regex(pattern), self.span(input, rest))))
    }

    /// symbolic = "##", ( "Inf" | "-Inf" | "NaN" ) ;
    fn symbolic<'s>(&self, input: &'s str) -> Read<'s, Form> {
        let (rest, name) = token(input.get(2..).unwrap_or(""))?;
        let number = match name {
            "Inf" => f64::INFINITY,
            "-Inf" => f64::NEG_INFINITY,
            "NaN" => f64::NAN,
            other => {
                let message = format!("##{} is no number", abridge(other, 60));
                return self.problem(input, 2, message, "there are ##Inf, ##-Inf and ##NaN");
            }
        };
        Ok((rest, Form::literal(Value::from(number), self.span(input, rest))))
    }

    /// namespaced = "#:", ( name | ":", [ name ] ), [ gap ], map ;
    ///
    /// Keys without a namespace get this one; `_` stands for none.
    fn namespaced<'s>(&self, input: &'s str, inside: Inside) -> Read<'s, Form> {
        let (rest, written) = token(input.get(2..).unwrap_or(""))?;
        let space = match written.strip_prefix(':') {
            Some("") => "user",
            Some(own) => own,
            None => written,
        };
        let (rest, ()) = self.space(rest, inside)?;
        if space.is_empty() || space.contains('/') || !rest.starts_with('{') {
            return self.problem(
                input,
                2,
                format!("#:{} is no namespace before a map", abridge(written, 60)),
                "write #:person{:name \"A\"}, which is {:person/name \"A\"}",
            );
        }
        let (rest, map) = self.map(rest, inside)?;
        let span = self.span(input, rest);
        let FormKind::Map(items) = map.kind else { return Ok((rest, map)) };
        let full = |name: &str| match name.split_once('/') {
            Some(("_", own)) if !own.is_empty() => own.to_owned(),
            Some((other, own)) if !other.is_empty() && !own.is_empty() => name.to_owned(),
            Some(_) | None => format!("{space}/{name}"),
        };
        let qualified = |(at, item): (usize, Form)| match &item.kind {
            FormKind::Literal(Value::Keyword(keyword)) if at % 2 == 0 => {
                Form::literal(Value::keyword(full(keyword.as_str())), item.span)
            }
            FormKind::Symbol(symbol) if at % 2 == 0 => Form::symbol(&full(symbol.as_str()), item.span),
            _ => item,
        };
        let items: Vec<Form> = items.iter().cloned().enumerate().map(qualified).collect();
        if let Some(key) = Form::duplicate_key(&items, 2) {
            return self.duplicate(key, "key");
        }
        Ok((rest, Form::new(FormKind::Map(items.into()), span)))
    }

    /// tagged = "#inst", [ gap ], '"', date, '"' | "#uuid", [ gap ], '"', uuid, '"' ;
    fn tagged<'s>(&self, input: &'s str, inside: Inside) -> Read<'s, Form> {
        let (rest, tag) = token(input.get(1..).unwrap_or(""))?;
        if self.tags.is_some_and(|wanted| wanted(tag)) {
            let (rest, ()) = self.space(rest, inside)?;
            let (rest, form) = self.form(rest, inside)?;
            let span = self.span(input, rest);
            return Ok((rest, Form::list(vec![Form::symbol(TAGGED, span), Form::symbol(tag, span), form], span)));
        }
        if tag == "inst" {
            let (rest, ()) = self.space(rest, inside)?;
            let (rest, form) = self.form(rest, inside)?;
            let span = self.span(input, rest);
            let Some(date) = form.as_text().and_then(Date::parse) else {
                let message = format!("{} is no date", abridge(self.source.slice(form.span), 60));
                let hint = "write #inst \"2024-01-31\" or #inst \"2024-01-31T10:30:00Z\"";
                return self.problem(input, 5, message, hint);
            };
            return Ok((rest, Form::literal(Value::Date(Arc::new(date)), span)));
        }
        if tag == "uuid" {
            let (rest, ()) = self.space(rest, inside)?;
            let (rest, form) = self.form(rest, inside)?;
            let Some(uuid) = form.as_text().and_then(literal::uuid) else {
                let message = format!("{} is no UUID", abridge(self.source.slice(form.span), 60));
                let hint = "write #uuid \"550e8400-e29b-41d4-a716-446655440000\"";
                return self.problem(input, 5, message, hint);
            };
            return Ok((rest, Form::literal(Value::from(uuid), self.span(input, rest))));
        }
        let message = format!("#{} is no tag that is known here", abridge(tag, 60));
        self.problem(input, 1, message, "only #inst and #uuid are; write plain data")
    }

    /// number = [ sign ], ( integer | decimal | ratio ) ;
    fn number<'s>(&self, input: &'s str) -> Read<'s, Form> {
        let part = |c: char| c.is_alphanumeric() || "+-./_".contains(c);
        let (rest, text) = take_while1(part).parse(input)?;
        match literal::number(text) {
            Ok(value) => Ok((rest, Form::literal(value, self.span(input, rest)))),
            Err(why) => {
                self.problem(input, text.len(), abridge(&why, 200).into_owned(), "names cannot begin with a digit")
            }
        }
    }

    /// symbol = name, [ "/", name ] | "/" ;
    fn symbol<'s>(&self, input: &'s str) -> Read<'s, Form> {
        let (rest, name) = token(input)?;
        let span = self.span(input, rest);
        let kind = match name {
            "nil" => FormKind::Literal(Value::Nil),
            "true" => FormKind::Literal(Value::from(true)),
            "false" => FormKind::Literal(Value::from(false)),
            "" => {
                let c = input.chars().next().unwrap_or(' ');
                return self.problem(input, c.len_utf8(), format!("{c:?} cannot stand here"), "");
            }
            other if other.ends_with('/') && other != "/" || other.contains("//") && other != "clojure.core//" => {
                return self.problem(input, name.len(), format!("{} is no name", abridge(other, 60)), "");
            }
            other => FormKind::Symbol(Symbol::new(other)),
        };
        Ok((rest, Form::new(kind, span)))
    }
}
