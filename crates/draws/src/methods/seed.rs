//! The draw is held for its seed alone: something else follows from it, by a specification of its own.

use facts::{Finding, Text, text};

use super::{Method, Placed};
use crate::{Draw, Hash, Pool, Reveals, Seed};

pub const METHOD: Method = Method {
    id: "seed",
    version: 1,
    title: || {
        text!("只取种子：另有一份封存的输入，由种子推出结果", "the seed alone: what follows from it has an input of its own")
    },
    source: || text!("编班等由种子继续推算的办理", "class assignment and whatever else goes on from the seed"),
    check,
    order,
};

/// `for` says what goes on from the seed; `input` is the hash of the sealed file from which it starts.
fn check(draw: &Draw) -> Vec<Text> {
    let mut wrong: Vec<Text> = draw
        .settings
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "for" | "input"))
        .map(|(name, _)| text!("这个算法没有“{name}”这项设置", "this method has no setting `{name}`"))
        .collect();
    if draw.setting("for").is_none() {
        wrong.push(text!("缺设置 for：种子用来做什么", "the setting for is missing: what goes on from the seed"));
    }
    if draw.setting("input").and_then(Hash::parse).is_none() {
        wrong.push(text!("设置 input 应是输入文件的 SHA-256", "the setting input must be the SHA-256 of the input"));
    }
    wrong
}

/// The lots stay in the order of the list.
fn order(_: &Draw, pool: &Pool, _: &Seed, _: &Reveals) -> Result<Vec<Placed>, Box<Finding>> {
    Ok((0..pool.lots.len()).map(|lot| Placed { lot, number: String::new() }).collect())
}
