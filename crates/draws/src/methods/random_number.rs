//! Every lot gets a random number of so many digits; the smaller number comes first.

use std::collections::BTreeSet;

use facts::{Finding, Text, text};

use super::{Method, Placed};
use crate::outcome::cannot;
use crate::{Draw, Pool, Reveals, Seed, Stream};

pub const METHOD: Method = Method {
    id: "random-number",
    version: 1,
    title: || text!("随机号：每签一个随机号，由小到大", "random numbers: each lot gets one, the smaller comes first"),
    source: || {
        text!(
            "广州市白云区（随机数升序即顺序号）；南昌市 2023 年初中（7 位随机号，多胞胎同号）",
            "Baiyun in Guangzhou (ascending random numbers); Nanchang 2023, junior (7 digits, one number for twins)"
        )
    },
    check,
    order,
};

fn digits(draw: &Draw) -> Option<u32> {
    draw.setting("digits")?.parse().ok().filter(|digits| (4..=18).contains(digits))
}

fn check(draw: &Draw) -> Vec<Text> {
    let mut wrong = Vec::new();
    if digits(draw).is_none() {
        wrong.push(text!("设置 digits（位数）应为 4 至 18", "the setting digits must be from 4 to 18"));
    }
    wrong.extend(
        draw.settings
            .iter()
            .filter(|(name, _)| name != "digits")
            .map(|(name, _)| text!("这个算法没有“{name}”这项设置", "this method has no setting `{name}`")),
    );
    wrong
}

/// In the order of the list each lot draws a number below 10^digits, again while it is taken.
fn order(draw: &Draw, pool: &Pool, seed: &Seed, _: &Reveals) -> Result<Vec<Placed>, Box<Finding>> {
    let digits = digits(draw).unwrap_or(18);
    let numbers = 10_u64.pow(digits);
    if pool.lots.len() as u64 > numbers / 2 {
        let (n, name) = (pool.lots.len(), &pool.name);
        return Err(cannot(
            text!("“{name}”有 {n} 签，{digits} 位随机号不够分", "`{name}` has {n} lots: too many for numbers of {digits} digits"),
            text!("把 digits 加大后重新准备", "prepare again with more digits"),
        ));
    }
    let mut stream = Stream::new(seed, &format!("pool {}", pool.name));
    let mut taken = BTreeSet::new();
    let mut drawn: Vec<(u64, usize)> = Vec::with_capacity(pool.lots.len());
    for lot in 0..pool.lots.len() {
        let mut number = stream.below(numbers);
        while !taken.insert(number) {
            number = stream.below(numbers);
        }
        drawn.push((number, lot));
    }
    drawn.sort_unstable();
    let width = digits as usize;
    Ok(drawn.into_iter().map(|(number, lot)| Placed { lot, number: format!("{number:0width$}") }).collect())
}
