//! Rows: the items of several collections side by side.

use crate::lisp::value::{Args, Context, Generator, Iter, Result, Value, args};

/// What gives the items of `repeat` and `repeatedly`.
pub(crate) struct Repeat<const CALLED: bool> {
    pub(crate) item: Value,
    /// How many are left, if there is an end.
    pub(crate) left: Option<i64>,
}

impl<const CALLED: bool> Generator for Repeat<CALLED> {
    fn next(&mut self, cx: &mut dyn Context) -> Result<Option<Value>> {
        if self.left.is_some_and(|left| left <= 0) {
            return Ok(None);
        }
        cx.spend(1)?;
        let item = if CALLED { cx.call(&self.item, crate::lisp::value::args([]))? } else { self.item.clone() };
        self.left = self.left.map(|left| left.saturating_sub(1));
        Ok(Some(item))
    }

    fn is_bounded(&self, _depth: usize) -> bool {
        self.left.is_some()
    }
}

/// The items of several collections side by side, as long as all have some.
pub(crate) struct Rows {
    collections: Vec<Iter>,
    /// What has been taken of a row.
    row: Args,
}

impl Rows {
    /// The collections, and whether all of them are there.
    pub(crate) fn new(collections: Vec<Value>) -> Result<(Self, bool)> {
        let eager = collections.iter().all(Value::is_eager);
        let collections = collections.into_iter().map(Iter::new).collect::<Result<_>>()?;
        Ok((Self { collections, row: args([]) }, eager))
    }

    pub(crate) fn next(&mut self, cx: &mut dyn Context) -> Result<Option<Args>> {
        while let Some(items) = self.collections.get_mut(self.row.len()) {
            match items.next(cx)? {
                Some(item) => self.row.push(item),
                None => return Ok(None),
            }
        }
        cx.spend(self.row.len() as u64)?;
        Ok(Some(std::mem::replace(&mut self.row, args([]))))
    }

    /// Whether the rows surely end: with the shortest collection.
    pub(crate) fn is_bounded(&self, depth: usize) -> bool {
        self.collections.iter().any(|items| items.is_bounded(depth))
    }
}

/// The values of a function over the rows of several collections.
pub(crate) struct Zipped {
    function: Value,
    rows: Rows,
    /// Whether a row is kept until there is a value for it, so that it can be tried again.
    keeps: bool,
    row: Option<Args>,
}

impl Zipped {
    pub(crate) fn new(function: Value, rows: Rows, eager: bool) -> Self {
        Self { function, rows, keeps: !eager, row: None }
    }
}

impl Generator for Zipped {
    fn next(&mut self, cx: &mut dyn Context) -> Result<Option<Value>> {
        let row = match self.row.take() {
            Some(row) => row,
            None => match self.rows.next(cx)? {
                Some(row) => row,
                None => return Ok(None),
            },
        };
        if self.keeps {
            self.row = Some(row.clone());
        }
        let made = cx.call(&self.function, row)?;
        self.row = None;
        Ok(Some(made))
    }

    fn is_bounded(&self, depth: usize) -> bool {
        self.rows.is_bounded(depth)
    }
}
