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
fn closest<'n>(name: &str, known: impl Iterator<Item = &'n str> + Clone) -> Option<&'n str> {
    let letters = name.chars().count();
    let limit = letters.clamp(3, 24) / 3;
    let signs = [("=<", "<="), ("=>", ">="), ("==", "="), ("!=", "<>")];
    let meant = signs.iter().find(|(wrong, _)| *wrong == name).map(|(_, right)| *right);
    if let Some(meant) = meant.and_then(|meant| known.clone().find(|candidate| *candidate == meant)) {
        return Some(meant);
    }
    // `class` for `classes`: a word that was not written to its end, where only one begins so.
    let mut begun = known.clone().filter(|candidate| letters >= 4 && candidate.starts_with(name));
    if let (Some(only), None) = (begun.next(), begun.next()) {
        return Some(only);
    }
    known
        .filter(|candidate| candidate.chars().count().abs_diff(letters) <= limit)
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by(|a, b| a.cmp(b))
        .map(|(_, candidate)| candidate)
}

/// How many letters must be changed, added, dropped or swapped with their neighbour; over at most 64 letters of each.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(64).collect(), b.chars().take(64).collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let changed = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = changed.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}
