use facts::{Finding, Text, text};

use crate::PROTOCOL;
use crate::draw::{Draw, Missing, WitnessKind};
use crate::hash::{Hash, from_hex, to_hex};
use crate::names::check_line;
use crate::outcome::cannot;

/// What a witness publishes first: it binds the witness to its value and says nothing of it.
///
/// SHA-256 of the text `junheng-draw/1 commit⏎draw id⏎witness⏎salt⏎value⏎`; the salt is 16 random bytes, or a short value could be
/// guessed from its hash.
pub fn commitment(draw: &Hash, witness: &str, salt: &[u8; 16], value: &str) -> Hash {
    Hash::of(format!("{PROTOCOL} commit\n{draw}\n{witness}\n{}\n{value}\n", to_hex(salt)).as_bytes())
}

/// Whether a witness may bind itself to such a value: one line of 1 to 100 characters.
pub fn check_value(value: &str) -> Result<(), Box<Finding>> {
    check_line(value, 100).map_err(|what| cannot(what, text!("改成一行字", "write it as one line")))
}

/// Writes a salt as it is published: 32 small hexadecimal digits.
pub fn write_salt(salt: &[u8; 16]) -> String {
    to_hex(salt)
}

/// Reads a salt as [`write_salt`] writes it.
pub fn read_salt(words: &str) -> Option<[u8; 16]> {
    from_hex(words)
}

/// The commitments of a draw, by witness, in the order of the draw's text.
pub type Commitments = [(String, Hash)];

/// What one witness brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reveal {
    Shown { salt: [u8; 16], value: String },
    Public { value: String },
    Missing,
}

/// What the witnesses brought, in the order of the draw's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reveals {
    draw: Hash,
    rows: Vec<(String, Reveal)>,
}

/// What all random numbers of a draw follow from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seed(pub Hash);

impl Reveals {
    pub fn new(draw: Hash) -> Reveals {
        Reveals { draw, rows: Vec::new() }
    }

    pub fn of(&self, witness: &str) -> Option<&Reveal> {
        self.rows.iter().find(|(name, _)| name == witness).map(|(_, reveal)| reveal)
    }

    /// Takes what a witness brings, if it is its turn and fits what it bound itself to.
    pub fn show(&mut self, draw: &Draw, commitments: &Commitments, witness: &str, reveal: Reveal) -> Result<(), Box<Finding>> {
        let refuse = |what: Text, hint: Text| Err(cannot(what, hint));
        let Some(known) = draw.witness(witness) else {
            let names: Vec<&str> = draw.witnesses.iter().map(|witness| witness.name.as_str()).collect();
            let names = names.join("、");
            return refuse(
                text!("“{witness}”不是这次派位的见证人", "`{witness}` is no witness of this draw"),
                text!("见证人是：{names}", "the witnesses are: {names}"),
            );
        };
        if self.of(witness).is_some() {
            return refuse(
                text!("“{witness}”已经公开过，不能再改", "`{witness}` has spoken already; it cannot be changed"),
                text!("继续下一位见证人", "go on with the next witness"),
            );
        }
        let unbound =
            draw.witnesses.iter().find(|w| w.kind == WitnessKind::Commit && !commitments.iter().any(|(name, _)| *name == w.name));
        if let Some(unbound) = unbound {
            let name = &unbound.name;
            return refuse(
                text!("“{name}”还没有承诺：全体承诺之后才能公开", "`{name}` is not bound yet: nobody shows before all are bound"),
                text!("先登记“{name}”的承诺值", "record the commitment of `{name}` first"),
            );
        }
        let waits = draw.witnesses.iter().find(|w| w.kind == WitnessKind::Commit && self.of(&w.name).is_none());
        match (&reveal, known.kind) {
            (Reveal::Shown { salt, value }, WitnessKind::Commit) => {
                check_value(value)?;
                let bound = commitments.iter().find(|(name, _)| name == witness).map(|(_, hash)| *hash);
                if bound != Some(commitment(&self.draw, witness, salt, value)) {
                    return refuse(
                        text!("“{witness}”公开的内容与承诺不符", "what `{witness}` shows is not what it was bound to"),
                        text!(
                            "逐字核对内容和随机串；确实说不出原来内容的，按规则登记为缺席",
                            "compare value and salt letter by letter; if the first value cannot be told, record it as missing by the rule"
                        ),
                    );
                }
            }
            (Reveal::Public { value }, WitnessKind::Public) => {
                check_value(value)?;
                if let Some(waits) = waits {
                    let name = &waits.name;
                    return refuse(
                        text!(
                            "“{name}”还没有公开：当场抽取的数排在最后",
                            "`{name}` has not spoken: the number drawn in public comes last"
                        ),
                        text!("先请“{name}”公开", "let `{name}` speak first"),
                    );
                }
            }
            (Reveal::Missing, WitnessKind::Commit) if draw.missing == Missing::LeaveOut => {}
            (Reveal::Missing, WitnessKind::Commit) => {
                return refuse(
                    text!(
                        "规则是“缺席即停”：“{witness}”不公开，就没有这次派位",
                        "the rule is `stop`: without `{witness}` there is no draw"
                    ),
                    text!("请其公开；否则记录决定，准备新一轮", "have it speak; or record a decision and prepare a new round"),
                );
            }
            _ => {
                return refuse(
                    text!("“{witness}”的方式不对", "`{witness}` cannot do it this way"),
                    text!(
                        "先承诺的见证人要给内容和随机串；当场抽取的只给数，且不能缺",
                        "a bound witness shows value and salt; a public one only its value, and cannot be missing"
                    ),
                );
            }
        }
        let place = |name: &str| draw.witnesses.iter().position(|w| w.name == name);
        self.rows.push((witness.to_string(), reveal));
        self.rows.sort_by_key(|(name, _)| place(name));
        Ok(())
    }

    /// Whether everyone has spoken.
    pub fn complete(&self, draw: &Draw) -> bool {
        draw.witnesses.iter().all(|witness| self.of(&witness.name).is_some())
    }

    /// Those who did not show what they were bound to.
    pub fn missing(&self) -> Vec<&str> {
        self.rows.iter().filter(|(_, reveal)| *reveal == Reveal::Missing).map(|(name, _)| name.as_str()).collect()
    }

    /// The text that is published as `reveals.txt`.
    pub fn write(&self) -> String {
        let rows: String = self
            .rows
            .iter()
            .map(|(name, reveal)| match reveal {
                Reveal::Shown { salt, value } => format!("{name} {} {value}\n", to_hex(salt)),
                Reveal::Public { value } => format!("{name} public {value}\n"),
                Reveal::Missing => format!("{name} missing -\n"),
            })
            .collect();
        format!("{PROTOCOL} reveals\ndraw {}\n{rows}", self.draw)
    }

    /// The seed: SHA-256 of `reveals.txt`, which names the draw and with it the list and the rules.
    pub fn seed(&self) -> Seed {
        Seed(Hash::of(self.write().as_bytes()))
    }

    /// Reads `reveals.txt` and holds every line against the draw and the commitments.
    pub fn read(words: &str, draw: &Draw, commitments: &Commitments) -> Result<Reveals, Box<Finding>> {
        let mut lines = words.lines();
        let id = draw.id();
        let head = [format!("{PROTOCOL} reveals"), format!("draw {id}")];
        if [lines.next(), lines.next()] != [Some(head[0].as_str()), Some(head[1].as_str())] {
            return Err(foreign("reveals.txt"));
        }
        let mut reveals = Reveals::new(id);
        let mut public = Vec::new();
        for line in lines {
            let parsed =
                line.split_once(' ').and_then(|(name, rest)| rest.split_once(' ').map(|(mark, value)| (name, mark, value)));
            let reveal = parsed.and_then(|(name, mark, value)| match mark {
                "public" => Some((name, Reveal::Public { value: value.to_string() })),
                "missing" if value == "-" => Some((name, Reveal::Missing)),
                salt => from_hex(salt).map(|salt| (name, Reveal::Shown { salt, value: value.to_string() })),
            });
            match reveal {
                Some((name, reveal @ Reveal::Public { .. })) => public.push((name, reveal)),
                Some((name, reveal)) => reveals.show(draw, commitments, name, reveal)?,
                None => {
                    return Err(cannot(
                        text!("reveals.txt 有一行读不懂：{line}", "a line of reveals.txt cannot be read: {line}"),
                        original(),
                    ));
                }
            }
        }
        for (name, reveal) in public {
            reveals.show(draw, commitments, name, reveal)?;
        }
        if reveals.write() != words {
            return Err(cannot(
                text!(
                    "reveals.txt 的行序或写法被改动",
                    "the lines of reveals.txt are not in the order or form they were written"
                ),
                original(),
            ));
        }
        Ok(reveals)
    }
}

/// The text that is published as `commitments.txt`.
pub fn write_commitments(draw: &Draw, commitments: &Commitments) -> String {
    let rows: String = draw
        .witnesses
        .iter()
        .filter_map(|witness| commitments.iter().find(|(name, _)| *name == witness.name))
        .map(|(name, hash)| format!("{name} {hash}\n"))
        .collect();
    format!("{PROTOCOL} commitments\ndraw {}\n{rows}", draw.id())
}

/// Reads `commitments.txt`, which may not be complete yet, and holds it against the draw.
pub fn read_commitments(words: &str, draw: &Draw) -> Result<Vec<(String, Hash)>, Box<Finding>> {
    let mut lines = words.lines();
    let head = [format!("{PROTOCOL} commitments"), format!("draw {}", draw.id())];
    if [lines.next(), lines.next()] != [Some(head[0].as_str()), Some(head[1].as_str())] {
        return Err(foreign("commitments.txt"));
    }
    let mut commitments = Vec::new();
    for line in lines {
        let read = line.split_once(' ').and_then(|(name, hash)| Hash::parse(hash).map(|hash| (name.to_string(), hash)));
        match read.filter(|(name, _)| draw.witness(name).is_some_and(|witness| witness.kind == WitnessKind::Commit)) {
            Some(row) => commitments.push(row),
            None => {
                return Err(cannot(
                    text!("commitments.txt 有一行读不懂：{line}", "a line of commitments.txt cannot be read: {line}"),
                    original(),
                ));
            }
        }
    }
    if write_commitments(draw, &commitments) != words {
        return Err(cannot(
            text!(
                "commitments.txt 的行序或写法被改动",
                "the lines of commitments.txt are not in the order or form they were written"
            ),
            original(),
        ));
    }
    Ok(commitments)
}

fn foreign(file: &str) -> Box<Finding> {
    cannot(text!("{file} 不属于这次派位", "{file} does not belong to this draw"), original())
}

fn original() -> Text {
    text!("用公布的原文件核对", "compare it with the published file")
}
