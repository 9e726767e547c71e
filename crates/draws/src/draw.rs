use facts::{Finding, Place, Severity, Text, text};

use crate::hash::{Hash, from_hex, to_hex};
use crate::methods::{METHODS, Method};
use crate::names::{check_line, check_name, check_value_of};
use crate::{DrawList, PROTOCOL};

/// Everything that is fixed before the first witness speaks. Its text is published; the hash of that text is the draw's id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draw {
    pub title: String,
    /// 1, or more where an earlier round was set aside by a recorded decision.
    pub round: u32,
    /// Of the canonical list ([`DrawList::write`]).
    pub list: Hash,
    pub method: &'static Method,
    /// What the method wants to know, by name.
    pub settings: Vec<(String, String)>,
    pub bound: Bound,
    /// Places of each pool, by name of the pool.
    pub places: Vec<(String, u32)>,
    /// By name.
    pub witnesses: Vec<Witness>,
    pub missing: Missing,
    /// The public key (Ed25519) with which the result will be signed.
    pub key: [u8; 32],
    pub after: Option<Earlier>,
}

/// Children who share a lot, where fewer places are left than they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// All of them are admitted; the pool goes over its places by those few.
    Over,
    /// They wait, and the next lot is looked at.
    Pass,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    pub name: String,
    pub kind: WitnessKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WitnessKind {
    /// Binds itself first, shows later.
    Commit,
    /// Something that all see at once when every secret has been shown: balls from an urn, a published number.
    Public,
}

/// What happens when a witness that has bound itself does not show its secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// There is no draw. A new round needs a recorded decision.
    Stop,
    /// The others decide, and the certificate names who is missing. The last to show could choose between two results: it is
    /// safe only with a public witness after all.
    LeaveOut,
}

/// The round before, which is kept for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    pub draw: Hash,
    /// Of its result, where it came to one.
    pub result: Option<Hash>,
    /// Who decided on a new round, and why.
    pub decision: String,
}

impl Draw {
    /// The hash of the draw's text.
    pub fn id(&self) -> Hash {
        Hash::of(self.write().as_bytes())
    }

    /// The text that is published as `draw.txt`.
    pub fn write(&self) -> String {
        let mut lines = vec![
            format!("{PROTOCOL} draw"),
            format!("title {}", self.title),
            format!("round {}", self.round),
            format!("list {}", self.list),
            format!("method {} {}", self.method.id, self.method.version),
        ];
        let sorted = |mut lines: Vec<String>| {
            lines.sort_unstable();
            lines
        };
        lines.extend(sorted(self.settings.iter().map(|(name, value)| format!("set {name} {value}")).collect()));
        lines.push(format!("bound {}", self.bound.word()));
        lines.extend(sorted(self.places.iter().map(|(pool, places)| format!("places {pool} {places}")).collect()));
        lines.extend(sorted(self.witnesses.iter().map(|w| format!("witness {} {}", w.name, w.kind.word())).collect()));
        lines.push(format!("missing {}", self.missing.word()));
        lines.push(format!("key {}", to_hex(&self.key)));
        if let Some(earlier) = &self.after {
            let result = earlier.result.map_or_else(|| "-".to_string(), |hash| hash.to_string());
            lines.push(format!("after {} {result}", earlier.draw));
            lines.push(format!("decision {}", earlier.decision));
        }
        lines.iter().map(|line| format!("{line}\n")).collect()
    }

    /// Reads `draw.txt`. It must be the very text that [`Draw::write`] gives, since a second spelling would be a second hash.
    pub fn read(words: &str, file: &str) -> Result<Draw, Box<Finding>> {
        let at = |line: usize, what: Text| {
            let place = Place::Source {
                file: file.to_string(),
                line: Some(line as u32 + 1),
                excerpt: words.lines().nth(line).map(str::to_string),
            };
            let hint = text!("用公布的原文件，不要另存或编辑", "use the file as it was published, not edited or saved again");
            Box::new(Finding::new(Severity::Logic, "draw-text", place, what, hint))
        };
        let mut draw = Draw {
            title: String::new(),
            round: 1,
            list: Hash([0; 32]),
            method: &METHODS[0],
            settings: Vec::new(),
            bound: Bound::Over,
            places: Vec::new(),
            witnesses: Vec::new(),
            missing: Missing::Stop,
            key: [0; 32],
            after: None,
        };
        for (index, line) in words.lines().enumerate() {
            let unread = || at(index, text!("这一行读不懂", "this line cannot be read"));
            let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
            let two = || rest.rsplit_once(' ').ok_or_else(unread);
            match word {
                PROTOCOL if index == 0 && rest == "draw" => {}
                "title" => draw.title = rest.to_string(),
                "round" => draw.round = rest.parse().map_err(|_| unread())?,
                "list" => draw.list = Hash::parse(rest).ok_or_else(unread)?,
                "method" => {
                    draw.method =
                        METHODS.iter().find(|method| format!("{} {}", method.id, method.version) == rest).ok_or_else(|| {
                            at(index, text!("没有这个算法或版本：{rest}", "there is no such method or version: {rest}"))
                        })?;
                }
                "set" => draw.settings.push(two().map(|(name, value)| (name.to_string(), value.to_string()))?),
                "bound" => draw.bound = Bound::by_word(rest).ok_or_else(unread)?,
                "places" => {
                    let (pool, places) = two()?;
                    draw.places.push((pool.to_string(), places.parse().map_err(|_| unread())?));
                }
                "witness" => {
                    let (name, kind) = two()?;
                    draw.witnesses.push(Witness { name: name.to_string(), kind: WitnessKind::by_word(kind).ok_or_else(unread)? });
                }
                "missing" => draw.missing = Missing::by_word(rest).ok_or_else(unread)?,
                "key" => draw.key = from_hex(rest).ok_or_else(unread)?,
                "after" => {
                    let (id, result) = two()?;
                    let result = if result == "-" { None } else { Some(Hash::parse(result).ok_or_else(unread)?) };
                    let draw_id = Hash::parse(id).ok_or_else(unread)?;
                    draw.after = Some(Earlier { draw: draw_id, result, decision: String::new() });
                }
                "decision" => match &mut draw.after {
                    Some(earlier) => earlier.decision = rest.to_string(),
                    None => return Err(unread()),
                },
                _ => return Err(unread()),
            }
        }
        let own = draw.write();
        if own != words {
            let line = own.lines().zip(words.lines()).take_while(|(own, read)| own == read).count();
            let should = own.lines().nth(line).unwrap_or_default();
            return Err(at(line, text!("这一行应为“{should}”", "this line must be `{should}`")));
        }
        draw.check_names().map_err(|what| at(0, what))?;
        Ok(draw)
    }

    /// Whether the draw can be held with this list: everything that does not fit.
    pub fn fits(&self, list: &DrawList) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut say = |what: Text, hint: Text| {
            findings.push(Finding::new(Severity::Logic, "draw-does-not-fit", Place::Everywhere, what, hint));
        };
        if let Err(what) = self.check_names() {
            say(what, text!("改正后重新准备", "mend it and prepare again"));
        }
        if self.list != list.hash() {
            say(
                text!("名单与公布的哈希不符", "the list is not the one whose hash was published"),
                text!("用公布时的名单", "use the list that was published"),
            );
        }
        for pool in list.pools() {
            if !self.places.iter().any(|(name, _)| *name == pool.name) {
                let (name, n) = (&pool.name, pool.n_entries());
                say(
                    text!("“{name}”有 {n} 人报名，却没有写名额", "`{name}` has {n} entries and no number of places"),
                    text!("写上它的名额，可以是 0", "give its places, 0 is possible"),
                );
            }
        }
        for (name, _) in &self.places {
            if !list.pools().iter().any(|pool| pool.name == *name) {
                say(
                    text!("写了“{name}”的名额，名单里却没有它", "there are places for `{name}`, which is not on the list"),
                    text!("核对派位组的名称", "compare the names of the pools"),
                );
            }
        }
        if !self.witnesses.iter().any(|witness| witness.kind == WitnessKind::Commit) {
            say(
                text!("没有先承诺后公开的见证人", "no witness binds itself before it speaks"),
                text!("至少请一位：家长、代表、纪检或公证人员", "ask at least one: a parent, a deputy, an inspector, a notary"),
            );
        }
        if self.missing == Missing::LeaveOut && !self.witnesses.iter().any(|witness| witness.kind == WitnessKind::Public) {
            say(
                text!(
                    "规则写“缺席不计”，又没有当场公开的数：最后一位公开者可以在两个结果中挑一个",
                    "`leave-out` without a public witness lets the last one to speak choose between two results"
                ),
                text!(
                    "改为“缺席即停”，或加一个最后当场抽取的数",
                    "use `stop`, or add a number that is drawn in public after all"
                ),
            );
        }
        findings.extend((self.method.check)(self).into_iter().map(|what| {
            let hint = text!("按算法说明补齐设置", "give the settings that the method names");
            Finding::new(Severity::Logic, "draw-does-not-fit", Place::Everywhere, what, hint)
        }));
        findings
    }

    /// Puts settings, places and witnesses into the order in which they are written.
    pub fn sort(&mut self) {
        self.settings.sort();
        self.places.sort();
        self.witnesses.sort_by(|a, b| a.name.cmp(&b.name));
    }

    pub fn setting(&self, name: &str) -> Option<&str> {
        self.settings.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn witness(&self, name: &str) -> Option<&Witness> {
        self.witnesses.iter().find(|witness| witness.name == name)
    }

    fn check_names(&self) -> Result<(), Text> {
        check_line(&self.title, 200)?;
        if let Some(earlier) = &self.after {
            check_line(&earlier.decision, 500)?;
        }
        if (self.round > 1) != self.after.is_some() || self.round == 0 {
            return Err(text!("轮次与上一轮的记录不符", "the round does not fit what is said of the round before"));
        }
        self.settings.iter().map(|(_, value)| check_value_of(value)).collect::<Result<Vec<()>, Text>>()?;
        let settings = self.settings.iter().map(|(name, _)| name);
        let names = settings.chain(self.places.iter().map(|(pool, _)| pool)).chain(self.witnesses.iter().map(|w| &w.name));
        names.map(|name| check_name(name)).collect::<Result<Vec<()>, Text>>()?;
        let repeated = |mut names: Vec<&String>| {
            names.sort_unstable();
            names.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0].clone())
        };
        let twice = repeated(self.settings.iter().map(|(name, _)| name).collect())
            .or_else(|| repeated(self.places.iter().map(|(pool, _)| pool).collect()))
            .or_else(|| repeated(self.witnesses.iter().map(|witness| &witness.name).collect()));
        twice.map_or(Ok(()), |name| Err(text!("“{name}”写了两次", "`{name}` is given twice")))
    }
}

impl Bound {
    pub fn word(self) -> &'static str {
        match self {
            Bound::Over => "over",
            Bound::Pass => "pass",
        }
    }

    pub fn by_word(word: &str) -> Option<Bound> {
        [Bound::Over, Bound::Pass].into_iter().find(|bound| bound.word() == word)
    }
}

impl WitnessKind {
    pub fn word(self) -> &'static str {
        match self {
            WitnessKind::Commit => "commit",
            WitnessKind::Public => "public",
        }
    }

    pub fn by_word(word: &str) -> Option<WitnessKind> {
        [WitnessKind::Commit, WitnessKind::Public].into_iter().find(|kind| kind.word() == word)
    }
}

impl Missing {
    pub fn word(self) -> &'static str {
        match self {
            Missing::Stop => "stop",
            Missing::LeaveOut => "leave-out",
        }
    }

    pub fn by_word(word: &str) -> Option<Missing> {
        [Missing::Stop, Missing::LeaveOut].into_iter().find(|missing| missing.word() == word)
    }
}
