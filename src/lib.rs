//! ptc
pub mod contract;
mod host;
pub mod lisp;
#[cfg(feature = "agent")]
pub mod model;

/// Evaluates (temporary).
pub fn try_eval(text: &str) -> String {
    use std::rc::Rc;
    use std::sync::Arc;
    let job_source = Arc::new(lisp::text::Source::new("program", text));
    let finished = lisp::eval::run_to_end(move |way| {
        let job = lisp::Job {
            source: job_source,
            memory: lisp::memory::Memory::new(),
            context: lisp::value::Value::empty_map(),
            limits: lisp::limits::Limits::default(),
            tools: Rc::new(lisp::analyse::NoTools),
            host: Rc::new(host::NoToolsHost::new()),
            moves: true,
        };
        lisp::run(job, way)
    });
    match finished.map(|f| f.end) {
        Some(lisp::End::Value(value) | lisp::End::Return(value)) => value.to_string(),
        Some(lisp::End::Fail(reason, _)) => format!("#error {:?}", format!("fail: {reason}")),
        Some(lisp::End::Errors(errors)) => {
            format!("#error {:?}", errors.iter().map(|e| e.to_string()).collect::<Vec<_>>().join("\n"))
        }
        None => "#error \"no stack\"".into(),
    }
}
