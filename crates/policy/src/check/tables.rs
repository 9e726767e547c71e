use facts::{Text, text};

use super::Checker;
use crate::layout::{ColumnEntry, FigureEntry, RowsEntry, ShowsEntry, TableEntry, WordingEntry, WordingPieceEntry};
use crate::model::JudgementKind;
use crate::suggest::did_you_mean;

impl Checker<'_> {
    /// Every name that a table uses is known, every expression is of the right kind, lines and values agree in number.
    pub(super) fn tables(&self) {
        for (index, table) in self.own.tables.iter().enumerate() {
            self.head(&table.head);
            self.table_id(table, index);
            if table.rows == RowsEntry::Items {
                self.part(&table.part);
            }
            for column in &table.columns {
                self.column(column, table);
            }
            for blank in &table.blanks {
                self.table_figure(&blank.figure);
            }
            for brief in &table.briefs {
                self.reference(&brief.item, "item");
            }
            for wording in table.briefs.iter().map(|brief| &brief.words).chain(&table.notes) {
                self.wording(wording, table);
            }
        }
    }

    /// Ids of tables are their own; a table of the pack that is extended can be replaced, which must be said.
    fn table_id(&self, table: &TableEntry, index: usize) {
        let id = &table.head.id;
        if self.own.tables[..index].iter().any(|other| other.head.id.value == id.value) {
            let what = text!("表 {} 写了两次", "the table {} is given twice", id.value);
            self.faults.refuse("duplicate-id", id.mark, what, text!("换一个 id", "choose another id"));
        }
        let extended = self.chain.packs.split_last().map_or(&[][..], |(_, before)| before);
        let replaces = extended.iter().flat_map(|pack| &pack.tables).any(|other| other.head.id.value == id.value);
        match (replaces, &table.label) {
            (true, None) => {
                let what = text!("被扩展的包里已有表 {}", "the pack that is extended has a table {} already", id.value);
                let hint = text!(
                    "要换掉它，写 label 和 label_en；否则换一个 id",
                    "give `label` and `label_en` to replace it, or choose another id"
                );
                self.faults.refuse("table-without-label", id.mark, what, hint);
            }
            (false, Some(_)) => {
                let what = text!("没有可换掉的表 {}", "there is no table {} to replace", id.value);
                let known = extended.iter().flat_map(|pack| &pack.tables).map(|other| other.head.id.value.as_str());
                self.faults.refuse("unknown-id", id.mark, what, did_you_mean(&id.value, known));
            }
            _ => {}
        }
    }

    fn column(&self, column: &ColumnEntry, table: &TableEntry) {
        if column.shows.len() > 1 && column.shows.len() != table.lines.len() {
            let (values, lines) = (column.shows.len(), table.lines.len());
            let what = text!(
                "列有 {values} 个 values，表有 {lines} 行 [[table.line]]",
                "the column has {values} values, the table {lines} lines"
            );
            let hint = text!("每行一个，或全表只写一个 value", "give one for each line, or a single `value`");
            self.faults.refuse("values-and-lines-differ", column.mark, what, hint);
        }
        for shows in &column.shows {
            match shows {
                ShowsEntry::Plain(_) => {}
                ShowsEntry::Indicator(id) => {
                    self.reference(id, "indicator");
                }
                ShowsEntry::Judgement { judgement, .. } => {
                    self.reference(judgement, "judgement");
                }
                ShowsEntry::Standing(id) => {
                    let judgement = self.all.judgements.iter().find(|judgement| judgement.head.id.value == id.value);
                    if self.reference(id, "judgement").is_some()
                        && judgement.is_some_and(|judgement| judgement.kind != Some(JudgementKind::AtLeast))
                    {
                        let what =
                            text!("{} 不是 kind = \"at-least\" 的判定", "{} is no judgement of the kind `at-least`", id.value);
                        let hint = text!("standing 说明学校达到哪几项指标", "`standing` tells which indicators a school meets");
                        self.faults.refuse("wrong-kind-of-judgement", id.mark, what, hint);
                    }
                }
                ShowsEntry::Choice(choices) => {
                    for (when, _) in choices {
                        self.truth(&Some(when.clone()));
                    }
                }
                ShowsEntry::Figure(figure) => self.table_figure(figure),
            }
        }
    }

    fn table_figure(&self, figure: &FigureEntry) {
        self.number(&figure.value, None);
        self.truth(&figure.schools);
        if let Some(stage) = figure.stage {
            self.stages_of_formula(&figure.value, &[stage]);
            self.stages_of_formula(&figure.schools, &[stage]);
        }
    }

    /// `{name}` must name a blank of the table, a stock or a parameter.
    fn wording(&self, wording: &WordingEntry, table: &TableEntry) {
        for piece in wording.zh.iter().chain(&wording.en) {
            let WordingPieceEntry::Name(name) = piece else { continue };
            let is_blank = table.blanks.iter().any(|blank| blank.id.value == name.value);
            let is_quantity = || ["stock", "parameter"].iter().any(|kind| self.dictionary.find_kind(&name.value, kind).is_some());
            if is_blank || is_quantity() {
                continue;
            }
            let (zh, en) = ("不是本表的空格，也不是存量或参数", "is no blank of this table, no stock and no parameter");
            let what = Text::new(format!("{{{}}} {zh}", name.value), format!("{{{}}} {en}", name.value));
            let blanks = table.blanks.iter().map(|blank| blank.id.value.as_str());
            let known: Vec<&str> = blanks.chain(crate::expr::Names::all(self.dictionary)).collect();
            self.faults.refuse("unknown-name", name.mark, what, did_you_mean(&name.value, known.into_iter()));
        }
    }
}
