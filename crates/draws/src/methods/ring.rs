//! The numbered lots stand in a ring; from a start, every so-many-th is taken out, until none is left.

use facts::{Finding, Text, text};

use super::{Method, Placed};
use crate::outcome::cannot;
use crate::{Draw, Pool, Reveal, Reveals, Seed, Stream};

pub const METHOD: Method = Method {
    id: "ring",
    version: 1,
    title: || text!("起始号与间隔号：沿环依次取号", "start and interval: round a ring, taken numbers leave it"),
    source: || {
        text!(
            "南昌市：家长现场抽起始号与间隔号，选中的号退出",
            "Nanchang: a parent draws start and interval; a chosen number leaves the ring"
        )
    },
    check,
    order,
};

const SETTINGS: [&str; 2] = ["interval", "start"];

/// Both numbers come from witnesses, whom the settings name; or both from the seed.
fn check(draw: &Draw) -> Vec<Text> {
    let mut wrong: Vec<Text> = draw
        .settings
        .iter()
        .filter(|(name, _)| !SETTINGS.contains(&name.as_str()))
        .map(|(name, _)| text!("这个算法没有“{name}”这项设置", "this method has no setting `{name}`"))
        .collect();
    for (_, witness) in draw.settings.iter().filter(|(name, _)| SETTINGS.contains(&name.as_str())) {
        if draw.witness(witness).is_none() {
            wrong.push(text!(
                "起始号或间隔号由“{witness}”给出，见证人中却没有他",
                "`{witness}`, who gives start or interval, is no witness"
            ));
        }
    }
    if draw.settings.len() == 1 {
        wrong.push(text!(
            "起始号和间隔号要么都由见证人给出，要么都不写",
            "name the witnesses of both start and interval, or of neither"
        ));
    }
    wrong
}

fn order(draw: &Draw, pool: &Pool, seed: &Seed, reveals: &Reveals) -> Result<Vec<Placed>, Box<Finding>> {
    let n = pool.lots.len() as u64;
    let mut stream = Stream::new(seed, &format!("pool {}", pool.name));
    let start = match draw.setting("start") {
        Some(witness) => (number_of(reveals, witness)? - 1) % n.max(1),
        None => stream.below(n),
    };
    let interval = match draw.setting("interval") {
        Some(witness) => number_of(reveals, witness)?,
        None => stream.below(n) + 1,
    };
    Ok(round(n as usize, start, interval).into_iter().map(|lot| Placed { lot, number: (lot + 1).to_string() }).collect())
}

/// The places of a ring of `n`, counted from 0, in the order in which they are taken.
fn round(n: usize, start: u64, interval: u64) -> Vec<usize> {
    let mut ring: Vec<usize> = (0..n).collect();
    let mut taken = Vec::with_capacity(n);
    let mut at = start as usize;
    while !ring.is_empty() {
        taken.push(ring.remove(at));
        // What stood behind the taken one has moved into its place: it is the first that is counted.
        if !ring.is_empty() {
            at = ((at as u64 + interval - 1) % ring.len() as u64) as usize;
        }
    }
    taken
}

fn number_of(reveals: &Reveals, witness: &str) -> Result<u64, Box<Finding>> {
    let value = match reveals.of(witness) {
        Some(Reveal::Shown { value, .. } | Reveal::Public { value }) => value.as_str(),
        Some(Reveal::Missing) | None => "",
    };
    let number = value.parse::<u64>().ok().filter(|number| (1..=999_999_999).contains(number) && number.to_string() == value);
    number.ok_or_else(|| {
        cannot(
            text!(
                "“{witness}”给的“{value}”不是 1 至 999999999 的数",
                "`{value}` of `{witness}` is no number from 1 to 999999999"
            ),
            text!("起始号、间隔号写成阿拉伯数字，前面不加 0", "write start and interval in digits without zeros before them"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::round;

    /// The vector of the Nanchang notice: 20 lots, start 6, interval 3, the first 15 are taken.
    #[test]
    fn the_ring_of_the_notice() {
        let taken: Vec<usize> = round(20, 5, 3).into_iter().map(|place| place + 1).take(15).collect();
        assert_eq!(taken, [6, 9, 12, 15, 18, 1, 4, 8, 13, 17, 2, 7, 14, 20, 10]);
    }

    #[test]
    fn everyone_is_taken_once() {
        for (n, start, interval) in [(1, 0, 1), (7, 6, 1), (7, 3, 7), (7, 0, 999_999_999), (1000, 999, 1000)] {
            let mut taken = round(n, start, interval);
            assert_eq!(taken.first(), Some(&(start as usize)));
            taken.sort_unstable();
            assert_eq!(taken, (0..n).collect::<Vec<_>>());
        }
    }
}
