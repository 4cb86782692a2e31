//! Errors drawn for a terminal: the source line, a mark below the place, and what to try.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::progress::harmless;
use ptc::lisp::text::{Error, Finding, Severity, excerpt};

/// Draws an error; in colour where standard error is a terminal that wants it.
pub(crate) fn draw(error: &Error) -> String {
    drawn(error, Level::ERROR.with_name(error.kind.name()), error.kind.name())
}

/// Draws a finding; warnings say that they are some.
pub(crate) fn draw_finding(finding: &Finding) -> String {
    match finding.severity {
        Severity::Error => draw(&finding.error),
        Severity::Warning => drawn(&finding.error, Level::WARNING, finding.severity.name()),
    }
}

fn drawn(error: &Error, level: Level<'_>, name: &str) -> String {
    let message = harmless(&error.message);
    let title = format!("{name}: {message}");
    let hint = error.hint.as_deref().map(harmless);
    let Some(place) = &error.place else {
        return match &hint {
            Some(hint) => format!("{title}\n  try: {hint}"),
            None => title,
        };
    };
    let text = place.source.text();
    // A line that fills many screens is shown around its place only.
    let (line, _) = place.position();
    if place.source.line(line).len() > 400 {
        let hint = hint.map(|hint| format!("\n  try: {hint}")).unwrap_or_default();
        return format!("{title}\n{}{hint}", harmless(&excerpt(place)));
    }
    let start = (place.span.start as usize).min(text.len());
    let end = (place.span.end as usize).clamp(start, text.len());
    // The mark stays on the line where the error begins.
    let end = text.get(start..end).and_then(|marked| marked.find('\n')).map_or(end, |at| start + at);
    let snippet = Snippet::source(text).path(place.source.name()).annotation(AnnotationKind::Primary.span(start..end));
    let mut group = Group::with_title(level.primary_title(&message)).element(snippet);
    if let Some(hint) = &hint {
        group = group.element(Level::HELP.with_name("try").message(hint.as_str()));
    }
    let coloured = std::io::IsTerminal::is_terminal(&std::io::stderr()) && std::env::var_os("NO_COLOR").is_none();
    let renderer = if coloured { Renderer::styled() } else { Renderer::plain() };
    renderer.render(&[group])
}
