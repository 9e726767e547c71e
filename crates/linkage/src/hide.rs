//! Registers hidden behind a key that both sides share: words become keyed hashes, and what two words have in common is seen by the
//! hashes of their letter pairs. Whoever has no key learns which records resemble each other and nothing of what stands in them.

use std::fmt::Write as _;

use crate::clean;
use crate::derive;
use crate::settings::{Clause, Settings, Term, Unique};
use crate::{Records, Table};

/// What of a word is shown, each in a column of its own.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Veil {
    /// The word, as one hash.
    Word(Term),
    /// Its pairs of letters, a hash each.
    Grams(Term),
    /// Whether it is a valid citizen number.
    Valid(Term),
    /// A day by the span of so many days it lies in, and by the next one: two days that are near share one.
    Days(Term, usize),
    /// Whether it has so many letters.
    Long(Term, usize),
    /// Its members, a hash each.
    Set(Term),
    /// Its sound.
    Sound(Term),
    /// So many letters of its beginning.
    First(Term, usize),
}

/// A keyed hash: the same bytes give the same number to those who have the key.
pub type Keyed<'a> = dyn Fn(&[u8]) -> u64 + 'a;

/// Settings for hidden registers, as TOML: the same keys and comparisons, as near as hashes come to them.
pub fn hidden_settings(settings: &Settings) -> String {
    let veils = veils(settings);
    let name = |veil: Veil| format!("v{}", veils.iter().position(|other| *other == veil).unwrap_or(0));
    let unique = match settings.unique {
        Unique::Both => "both",
        Unique::Left => "left",
        Unique::Right => "right",
        Unique::Neither => "neither",
    };
    let mut out = format!("unique = \"{unique}\"\n");
    let list =
        |terms: &[Term]| terms.iter().map(|term| format!("\"{}\"", name(Veil::Word(*term)))).collect::<Vec<_>>().join(", ");
    let _ = writeln!(out, "split = [{}]\nid = {{ from = \"id\" }}", list(&settings.split));
    if let Some(threshold) = settings.threshold {
        let _ = writeln!(out, "threshold = {threshold:?}");
    }
    let _ = writeln!(out, "seed = {}\nsample_pairs = {}", settings.seed, settings.sample_pairs);
    let _ = writeln!(out, "pairs_max = {}\nblock_pairs_max = {}", settings.pairs_max, settings.block_pairs_max);
    for veil in &veils {
        let name = name(*veil);
        let _ = writeln!(out, "\n[[column]]\nname = \"{name}\"\nkind = \"text\"\nfrom = \"{name}\"");
    }
    for block in &settings.blocks {
        let _ = writeln!(out, "\n[[block]]\non = [{}]", list(&block.terms));
    }
    for comparison in &settings.comparisons {
        let title = toml::Value::String(comparison.title.clone());
        let _ = writeln!(
            out,
            "\n[[compare]]\ntitle = {title}\nshared = {}\nkin_min = {:?}\nlevels = [",
            comparison.shared, comparison.kin_min
        );
        for level in &comparison.levels {
            let tests: Option<Vec<String>> = level.tests.iter().map(|test| hidden_test(test, &name)).collect();
            let Some(tests) = tests else { continue };
            let frequency =
                level.frequency.map(|term| format!(", frequency = \"{}\"", name(Veil::Word(term)))).unwrap_or_default();
            let _ = writeln!(out, "  {{ when = \"{}\"{frequency}, against = {} }},", tests.join(" & "), level.against);
        }
        out.push_str("]\n");
    }
    out
}

/// A register of hashes, for [`hidden_settings`]. A record's id becomes its place in the register, counted from 1.
pub fn hide(table: Table, right: bool, settings: &Settings, keyed: &Keyed<'_>) -> Table {
    let veils = veils(settings);
    let heads: Vec<String> = std::iter::once("id".to_string()).chain((0..veils.len()).map(|at| format!("v{at}"))).collect();
    let mut hidden = Table::new(table.name(), &heads.iter().map(String::as_str).collect::<Vec<_>>());
    let (records, _) = Records::new_side(table, right, settings);
    // Each distinct word is hidden once.
    let columns: Vec<Vec<Option<String>>> = veils.iter().map(|veil| vec![None; records.n_words(veil.term())]).collect();
    let mut columns = columns;
    for row in 0..records.len() as u32 {
        hidden.put(0, &(row + 1).to_string());
        for (at, (veil, known)) in veils.iter().zip(&mut columns).enumerate() {
            let Some(known) = known.get_mut(records.code(veil.term(), row) as usize) else { continue };
            let cell = known.get_or_insert_with(|| veil.show(records.word(veil.term(), row), settings, keyed));
            hidden.put(at + 1, cell);
        }
        hidden.end_row();
    }
    hidden
}

fn veils(settings: &Settings) -> Vec<Veil> {
    let mut veils: Vec<Veil> = Vec::new();
    let mut add = |veil: Veil| {
        if !veils.contains(&veil) {
            veils.push(veil);
        }
    };
    settings.blocks.iter().flat_map(|block| &block.terms).chain(&settings.split).for_each(|term| add(Veil::Word(*term)));
    for level in settings.comparisons.iter().flat_map(|comparison| &comparison.levels) {
        level.frequency.iter().for_each(|term| add(Veil::Word(*term)));
        for test in &level.tests {
            match test {
                Clause::Swapped(a, b) => [a, b].into_iter().for_each(|at| add(Veil::Word(Term { column: *at, derived: None }))),
                test => veil_of(test).into_iter().for_each(&mut add),
            }
        }
    }
    veils
}

/// By which column a test is answered; `None` where it cannot be.
fn veil_of(test: &Clause) -> Option<Veil> {
    match test {
        Clause::Same(term) => Some(Veil::Word(*term)),
        Clause::Swapped(..) => None,
        Clause::Holds(term, test, n) => match test.id() {
            "ids-valid" => Some(Veil::Valid(*term)),
            "days" => Some(Veil::Days(*term, n.max(1.0) as usize)),
            "long" => Some(Veil::Long(*term, *n as usize)),
            "overlap" => Some(Veil::Set(*term)),
            "sound-near" => Some(Veil::Sound(*term)),
            "prefix" => Some(Veil::First(*term, (*n as usize).max(2))),
            "lookalike" | "lost-characters" | "within" => None,
            _ => Some(Veil::Grams(*term)),
        },
    }
}

fn hidden_test(test: &Clause, name: &impl Fn(Veil) -> String) -> Option<String> {
    if let Clause::Swapped(a, b) = test {
        let word = |at: usize| name(Veil::Word(Term { column: at, derived: None }));
        return Some(format!("swapped({}, {})", word(*a), word(*b)));
    }
    let veil = veil_of(test)?;
    let column = name(veil);
    Some(match (veil, test) {
        (Veil::Days(..) | Veil::Set(_), _) => format!("overlap({column})"),
        // Jaro–Winkler of 0.92, 0.85, 0.75 answers to Dice of about 0.74, 0.6, 0.4.
        (Veil::Grams(_), Clause::Holds(_, test, n)) if test.id() == "jaro" => {
            format!("dice({column}, {:.2})", (2.0 * n - 1.1).max(0.2))
        }
        (Veil::Grams(_), Clause::Holds(_, test, n)) if test.id() == "edit" => format!("grams({column}, {n})"),
        (Veil::Grams(_), _) => format!("grams({column}, 1)"),
        _ => format!("same({column})"),
    })
}

impl Veil {
    fn term(&self) -> Term {
        match self {
            Veil::Word(term) | Veil::Grams(term) | Veil::Valid(term) | Veil::Days(term, _) => *term,
            Veil::Long(term, _) | Veil::Set(term) | Veil::Sound(term) | Veil::First(term, _) => *term,
        }
    }

    fn show(&self, word: &str, settings: &Settings, keyed: &Keyed<'_>) -> String {
        if word.is_empty() {
            return String::new();
        }
        // What is derived by one rule is hashed apart from what is derived by another; columns are not, since they may be swapped.
        let rule = self.term().derived.map(|at| &settings.derived[at]);
        let rule = rule.map(|derived| format!("{}/{}", derived.derivation.id(), derived.n)).unwrap_or_default();
        let hash = |what: &str, word: &str| keyed(format!("{what}\u{1f}{rule}\u{1f}{word}").as_bytes());
        let several = |what: &str, pieces: &mut dyn Iterator<Item = String>| {
            let mut hashes: Vec<u32> = pieces.map(|piece| (hash(what, &piece) >> 32) as u32).collect();
            hashes.sort_unstable();
            hashes.dedup();
            hashes.iter().map(|hash| format!("{hash:08x}")).collect::<Vec<_>>().join("/")
        };
        let yes = |yes: bool| if yes { "1".to_string() } else { String::new() };
        match self {
            Veil::Word(_) => format!("{:016x}", hash("word", word)),
            Veil::Valid(_) => yes(clean::is_valid_id(word)),
            Veil::Long(_, n) => yes(word.chars().count() >= *n),
            Veil::Set(_) => several("member", &mut word.split('/').map(str::to_string)),
            Veil::First(_, n) => format!("{:016x}", hash("first", &word.chars().take(*n).collect::<String>())),
            Veil::Days(_, n) => match clean::day_number(word) {
                Some(day) => {
                    let span = day / *n as i32;
                    several("days", &mut [span, span + 1].iter().map(i32::to_string))
                }
                None => String::new(),
            },
            Veil::Sound(_) => {
                let mut sound = String::new();
                if let Some(derivation) = derive::derivation("sound") {
                    derivation.derive(word, 0, &mut sound);
                }
                format!("{:016x}", hash("sound", &sound))
            }
            Veil::Grams(_) => {
                let letters: Vec<char> = std::iter::once('^').chain(word.chars()).chain(['$']).collect();
                let mut met: Vec<String> = Vec::new();
                for pair in letters.windows(2) {
                    let pair: String = pair.iter().collect();
                    let nth = met.iter().filter(|other| other.starts_with(&pair)).count();
                    met.push(format!("{pair}{nth}"));
                }
                several("pair", &mut met.into_iter())
            }
        }
    }
}
