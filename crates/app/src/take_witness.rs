use std::path::Path;

use draws::{Hash, Reveal, WitnessKind, check_value, commitment, read_salt, write_commitments, write_salt};
use facts::text;
use serde::Serialize;

use crate::Failure;
use crate::draw_folder::{COMMITMENTS, DrawFolder, REVEALS, refused};
use crate::random::random;

/// How a witness binds itself.
#[derive(Debug, Clone)]
pub enum Promise {
    /// The witness made the hash elsewhere; nobody here knows what it stands for.
    Hash(String),
    /// The value, from which the hash is made here, with a salt that the witness takes home.
    Value(String),
}

/// A recorded commitment.
#[derive(Debug, Clone, Serialize)]
pub struct Promised {
    pub witness: String,
    pub commitment: String,
    /// What the witness must keep to be able to show its value, where it was made here. It is written down nowhere else.
    pub salt: Option<String>,
    /// The witnesses who are still to bind themselves.
    pub waiting: Vec<String>,
}

/// Records that a witness has bound itself.
pub fn commit_witness(folder: &Path, witness: &str, promise: &Promise) -> Result<Promised, Failure> {
    let locked = DrawFolder::lock(folder)?;
    let files = locked.read()?;
    let (draw, _) = files.draw_and_list()?;
    let (mut commitments, _) = files.witnesses(&draw)?;
    match draw.witness(witness).map(|known| known.kind) {
        Some(WitnessKind::Commit) => {}
        Some(WitnessKind::Public) => {
            return Err(Failure::wrong_use(
                text!("“{witness}”是当场公开的数，不用承诺", "`{witness}` is drawn in public and does not bind itself"),
                text!("全体公开之后用 junheng draw reveal 登记", "record it with junheng draw reveal after all others"),
            ));
        }
        None => return Err(no_such_witness(&draw, witness)),
    }
    if commitments.iter().any(|(name, _)| name == witness) || !files.reveals.is_empty() {
        return Err(Failure::wrong_use(
            text!("“{witness}”的承诺已经登记，不能更改", "`{witness}` is bound already; it cannot be changed"),
            text!("要换人或重来的，另作决定，准备新的一轮", "for another witness or a new start, decide on a new round"),
        ));
    }
    let (hash, salt) = match promise {
        Promise::Hash(words) => (Hash::parse(words).ok_or_else(no_hash)?, None),
        Promise::Value(value) => {
            // Held against the rules now, so that the witness does not learn at the draw that its value cannot be written.
            check_value(value).map_err(refused)?;
            let salt = random::<16>()?;
            let hash = commitment(&draw.id(), witness, &salt, value);
            (hash, Some(salt))
        }
    };
    commitments.push((witness.to_string(), hash));
    locked.note("committed", &format!("{witness} {hash}"))?;
    locked.write(COMMITMENTS, &write_commitments(&draw, &commitments))?;
    let waiting = draw
        .witnesses
        .iter()
        .filter(|known| known.kind == WitnessKind::Commit && !commitments.iter().any(|(name, _)| *name == known.name))
        .map(|known| known.name.clone());
    Ok(Promised {
        witness: witness.to_string(),
        commitment: hash.to_string(),
        salt: salt.map(|salt| write_salt(&salt)),
        waiting: waiting.collect(),
    })
}

/// What a witness brings to the draw.
#[derive(Debug, Clone)]
pub enum Brought {
    Shown { salt: String, value: String },
    Public { value: String },
    Missing,
}

/// Records what a witness shows, if it is what the witness was bound to; gives the witnesses who are still to speak.
pub fn reveal_witness(folder: &Path, witness: &str, brought: &Brought) -> Result<Vec<String>, Failure> {
    let locked = DrawFolder::lock(folder)?;
    let files = locked.read()?;
    let (draw, _) = files.draw_and_list()?;
    let (commitments, mut reveals) = files.witnesses(&draw)?;
    let reveal = match brought {
        Brought::Shown { salt, value } => Reveal::Shown { salt: salt_of(salt)?, value: value.clone() },
        Brought::Public { value } => Reveal::Public { value: value.clone() },
        Brought::Missing => Reveal::Missing,
    };
    let event = if reveal == Reveal::Missing { "missing" } else { "revealed" };
    reveals.show(&draw, &commitments, witness, reveal).map_err(refused)?;
    locked.note(event, witness)?;
    locked.write(REVEALS, &reveals.write())?;
    Ok(draw.witnesses.iter().filter(|known| reveals.of(&known.name).is_none()).map(|known| known.name.clone()).collect())
}

fn salt_of(words: &str) -> Result<[u8; 16], Failure> {
    read_salt(words).ok_or_else(|| {
        Failure::wrong_use(
            text!("随机串应为 32 位 0-9、a-f", "the salt must be 32 digits 0-9, a-f"),
            text!("照承诺时记下的抄写", "copy what was written down when the witness was bound"),
        )
    })
}

fn no_hash() -> Failure {
    Failure::wrong_use(
        text!("承诺值应为 64 位 0-9、a-f", "a commitment must be 64 digits 0-9, a-f"),
        text!(
            "由见证人用核对程序算出，或改用 --value 在这里算",
            "the witness makes it with the checker, or use --value to make it here"
        ),
    )
}

fn no_such_witness(draw: &draws::Draw, witness: &str) -> Failure {
    let names = draw.witnesses.iter().map(|known| known.name.as_str()).collect::<Vec<_>>().join("、");
    Failure::wrong_use(
        text!("“{witness}”不是这次派位的见证人", "`{witness}` is no witness of this draw"),
        text!("见证人是：{names}", "the witnesses are: {names}"),
    )
}
