use facts::{Text, text};

/// "Did you mean …?" where a known name is close, else the list of them.
pub(crate) fn did_you_mean<'n>(name: &str, known: impl Iterator<Item = &'n str> + Clone) -> Text {
    match closest(name, known.clone()) {
        Some(found) => text!("是不是想写 {found}？", "did you mean {found}?"),
        None => {
            let mut names: Vec<&str> = known.collect();
            names.sort_unstable();
            names.dedup();
            let (shown, more) = (names.len().min(12), names.len() > 12);
            let list = names[..shown].join(", ");
            let dots = if more { " …" } else { "" };
            if list.is_empty() {
                text!("这里还没有可用的名称", "no name exists here yet")
            } else {
                text!("可用的：{list}{dots}", "known are {list}{dots}")
            }
        }
    }
}

/// The known name that a misspelt one most likely stands for: at most a third of its letters differ.
fn closest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let limit = name.chars().count().clamp(3, 24) / 3;
    known
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by(|a, b| a.cmp(b))
        .map(|(_, candidate)| candidate)
}

/// Levenshtein's distance, over at most 64 letters of each.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(64).collect(), b.chars().take(64).collect());
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let changed = above[j] + usize::from(x != y);
            row.push(changed.min(above[j + 1] + 1).min(row[j] + 1));
        }
        above = row;
    }
    above[b.len()]
}
