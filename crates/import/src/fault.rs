use facts::{Cell, Finding, Place, Severity, Text};

/// What stopped a reader, or made it leave something out, before it is known in which file and sheet that was.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    pub severity: Severity,
    pub code: &'static str,
    what: Box<Text>,
    hint: Box<Text>,
    pub sheet: Option<String>,
    pub cell: Option<Cell>,
}

impl Fault {
    pub(crate) fn new(code: &'static str, what: Text, hint: Text) -> Fault {
        Fault { severity: Severity::Logic, code, what: Box::new(what), hint: Box::new(hint), sheet: None, cell: None }
    }

    pub(crate) fn note(mut self) -> Fault {
        self.severity = Severity::Note;
        self
    }

    pub(crate) fn experience(mut self) -> Fault {
        self.severity = Severity::Experience;
        self
    }

    pub(crate) fn at(mut self, cell: Cell) -> Fault {
        self.cell = Some(cell);
        self
    }

    pub(crate) fn in_sheet(mut self, sheet: &str) -> Fault {
        self.sheet.get_or_insert_with(|| sheet.to_string());
        self
    }

    pub(crate) fn finding(self, file: &str) -> Finding {
        let place = Place::File { file: file.to_string(), sheet: self.sheet, cell: self.cell.map(|cell| cell.to_string()) };
        Finding::new(self.severity, self.code, place, *self.what, *self.hint)
    }
}
