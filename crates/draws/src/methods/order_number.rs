//! Every lot gets an order number: the lots, in the order of the list, are shuffled.

use facts::{Finding, Text, text};

use super::{Method, Placed};
use crate::{Draw, Pool, Reveals, Seed, Stream};

pub const METHOD: Method = Method {
    id: "order-number",
    version: 1,
    title: || text!("顺序号：全体随机排序", "order numbers: all lots in random order"),
    source: || text!("各地电脑派位通行做法", "common practice of computer draws"),
    check: no_settings,
    order,
};

fn no_settings(draw: &Draw) -> Vec<Text> {
    draw.settings.iter().map(|(name, _)| text!("这个算法没有“{name}”这项设置", "this method has no setting `{name}`")).collect()
}

fn order(_: &Draw, pool: &Pool, seed: &Seed, _: &Reveals) -> Result<Vec<Placed>, Box<Finding>> {
    let mut lots: Vec<usize> = (0..pool.lots.len()).collect();
    Stream::new(seed, &format!("pool {}", pool.name)).shuffle(&mut lots);
    Ok(lots.into_iter().map(|lot| Placed { lot, number: String::new() }).collect())
}
