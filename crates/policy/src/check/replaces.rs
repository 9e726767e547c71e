use facts::{Date, Text, text};

use super::Checker;
use super::dated::Span;
use crate::chain::{apply, replaceable};
use crate::model::{Entries, ReplaceEntry};
use crate::read::kind_words;
use crate::suggest::did_you_mean;

impl Checker<'_> {
    pub(super) fn replaces(&self) {
        for (index, replace) in self.own.replaces.iter().enumerate() {
            self.replace(replace);
            for other in &self.own.replaces[..index] {
                let same = replace.target.value == other.target.value && span(replace).overlaps(&span(other));
                if same && (replace.order.is_none() || replace.order == other.order) {
                    self.without_order(replace.target.mark, other.target.mark, "replacements-without-order");
                }
            }
        }
    }

    fn replace(&self, replace: &ReplaceEntry) {
        self.article(&replace.law);
        let id = &replace.target.value;
        if self.own.extends.is_none() {
            let what = text!("这个包没有 extends，无可替换", "this pack extends none, so there is nothing to replace");
            let hint = text!(
                "直接改条目；[[replace]] 只用于扩展别的包",
                "change the entry itself; [[replace]] is for packs that extend another"
            );
            self.faults.refuse("replace-without-extends", replace.target.mark, what, hint);
            return;
        }
        let base = self
            .dictionary
            .0
            .get(id)
            .filter(|known| self.faults.sources.pack(known.mark.file) != self.faults.sources.pack(self.own.mark.file));
        let Some(known) = base else {
            let what = text!("被扩展的包里没有 {id}", "the pack that is extended has no entry {id}");
            let known =
                self.dictionary.0.iter().filter(|(_, known)| !replaceable(known.kind).is_empty()).map(|(id, _)| id.as_str());
            self.faults.refuse("unknown-id", replace.target.mark, what, did_you_mean(id, known));
            return;
        };
        let keys = replaceable(known.kind);
        let kind = kind_words(known.kind);
        for key in replace.keys.iter().filter(|key| !keys.contains(&key.value.as_str())) {
            let what = Text::new(
                format!("{id} 是{}，不能替换它的 {}", kind.zh, key.value),
                format!("{id} is {}; its `{}` cannot be replaced", kind.en, key.value),
            );
            let hint = match keys {
                [] => text!("这类条目不能替换", "entries of this kind cannot be replaced"),
                keys => did_you_mean(&key.value, keys.iter().copied()),
            };
            self.faults.refuse("not-replaceable", key.mark, what, hint);
        }
        if replace.keys.is_empty() {
            let what = text!("没有写换成什么", "nothing is put in its place");
            self.faults.refuse("empty-replacement", replace.mark, what, did_you_mean("", keys.iter().copied()));
        }
        self.replacing_values(id, &replace.change.values);
        // What the base becomes must stand every check that the base stood.
        let mut one = Entries {
            stocks: self.all.stocks.iter().filter(|entry| entry.head.id.value == *id).cloned().collect(),
            indicators: self.all.indicators.iter().filter(|entry| entry.head.id.value == *id).cloned().collect(),
            judgements: self.all.judgements.iter().filter(|entry| entry.head.id.value == *id).cloned().collect(),
            items: self.all.items.iter().filter(|entry| entry.head.id.value == *id).cloned().collect(),
            parameters: Vec::new(),
        };
        apply(&mut one, replace);
        self.faults.blaming(replace.target.mark, || self.entries(&one));
    }
}

fn span(replace: &ReplaceEntry) -> Span {
    Span { from: replace.law.from.unwrap_or(Date::MIN), to: replace.law.to, mark: replace.target.mark }
}
