use std::borrow::Cow;
use std::path::Path;

use facts::{Lang, Text, text};
use linkage::{Linked, Pair, Records, State};
use report::{Listing, ListingCell, ListingColumn};

use crate::Failure;
use crate::link_parquet;

/// Says before the work begins whether the links could be written under that name.
pub(crate) fn check_ending(out: &Path) -> Result<(), Failure> {
    match ending(out).as_str() {
        "csv" | "xlsx" => Ok(()),
        "parquet" => link_parquet::can_write(),
        _ => {
            let at = out.display();
            Err(Failure::wrong_use(
                text!("看不出 {at} 是什么格式", "{at} does not tell its format"),
                text!("结果文件名以 .csv 或 .xlsx 结尾", "let the name of the result end in .csv or .xlsx"),
            ))
        }
    }
}

fn ending(out: &Path) -> String {
    out.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default()
}

/// Writes links and what is to be reviewed: the records' own numbers, and nothing else of a person.
pub(crate) fn write_links(out: &Path, records: &Records, linked: &Linked, lang: Lang) -> Result<(), Failure> {
    let shown = linked.pairs.iter().filter(|pair| pair.state != State::No);
    let bytes = match ending(out).as_str() {
        "xlsx" => workbook(shown, records, linked, lang)?,
        "parquet" => link_parquet::links(&shown.collect::<Vec<_>>(), records, linked, lang)?,
        _ => csv(shown, records, linked, lang).into_bytes(),
    };
    write_whole(out, &bytes)
}

/// Under another name first: a reader never sees half a file.
pub(crate) fn write_whole(out: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let failed = |error: &std::io::Error| Failure::io(text!("写出比对结果", "write the result"), out, error);
    if let Some(folder) = out.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|error| failed(&error))?;
    }
    let mut name = out.file_name().unwrap_or_default().to_os_string();
    name.push(".partial");
    let partial = out.with_file_name(name);
    std::fs::write(&partial, bytes).and_then(|()| std::fs::rename(&partial, out)).map_err(|error| failed(&error))
}

fn heads(within: bool) -> Vec<Text> {
    let mut heads = vec![
        text!("左编号", "left"),
        text!("右编号", "right"),
        text!("同一人的可能", "probability"),
        text!("证据（2 的对数）", "weight_log2"),
        text!("状态", "state"),
    ];
    if within {
        heads.push(text!("归并为", "person"));
    }
    heads
}

pub(crate) fn state(state: State) -> Text {
    match state {
        State::Link => text!("同一人", "link"),
        State::Review => text!("待核对", "review"),
        State::SaidSame => text!("人工判定相同", "said-same"),
        State::SaidDifferent => text!("人工判定不同", "said-different"),
        State::No => text!("不是", "no"),
    }
}

pub(crate) fn person<'a>(pair: &Pair, records: &'a Records, linked: &Linked) -> Option<&'a str> {
    let clusters = linked.clusters.as_ref()?;
    let (l, r) = (clusters.get(pair.left as usize)?, clusters.get(pair.right as usize)?);
    Some(if l == r { records.id(*l) } else { "" })
}

fn csv<'a>(pairs: impl Iterator<Item = &'a Pair>, records: &Records, linked: &Linked, lang: Lang) -> String {
    // The mark tells spreadsheet programs that it is UTF-8.
    let mut out = String::from("\u{feff}");
    let heads: Vec<String> = heads(linked.clusters.is_some()).iter().map(|head| quoted(head.get(lang)).into_owned()).collect();
    out.push_str(&heads.join(","));
    out.push('\n');
    let states = [State::Link, State::Review, State::No, State::SaidSame, State::SaidDifferent].map(|of| (of, state(of)));
    for pair in pairs {
        for id in [records.id(pair.left), records.id(pair.right)] {
            out.push_str(&quoted(id));
            out.push(',');
        }
        push_fixed(&mut out, pair.probability, 6);
        out.push(',');
        push_fixed(&mut out, pair.log_odds / std::f64::consts::LN_2, 3);
        out.push(',');
        out.push_str(states.iter().find(|(known, _)| *known == pair.state).map_or("", |(_, words)| words.get(lang)));
        if let Some(person) = person(pair, records, linked) {
            out.push(',');
            out.push_str(&quoted(person));
        }
        out.push('\n');
    }
    out
}

/// A cell in quotes where it needs them.
fn quoted(words: &str) -> Cow<'_, str> {
    if !words.contains([',', '"', '\n', '\r']) {
        return Cow::Borrowed(words);
    }
    Cow::Owned(format!("\"{}\"", words.replace('"', "\"\"")))
}

/// A number with so many decimals. What is too large to be counted so is written as it is.
fn push_fixed(out: &mut String, number: f64, decimals: u32) {
    let scaled = (number.abs() * f64::from(10_u32.pow(decimals))).round();
    if scaled >= 1e15 {
        out.push_str(&number.to_string());
        return;
    }
    let (mut digits, mut rest, mut n) = ([b'0'; 20], scaled as u64, 0);
    while rest > 0 || n <= decimals as usize {
        digits[n] = b'0' + (rest % 10) as u8;
        rest /= 10;
        n += 1;
    }
    if number < 0.0 && scaled > 0.0 {
        out.push('-');
    }
    for at in (0..n).rev() {
        out.push(char::from(digits[at]));
        if at == decimals as usize && decimals > 0 {
            out.push('.');
        }
    }
}

fn workbook<'a>(
    pairs: impl Iterator<Item = &'a Pair>,
    records: &Records,
    linked: &Linked,
    lang: Lang,
) -> Result<Vec<u8>, Failure> {
    let mut listing = Listing::titled(text!("比对结果", "links"));
    listing.columns =
        heads(linked.clusters.is_some()).into_iter().map(|head| ListingColumn { head: vec![head], width: 22.0 }).collect();
    for pair in pairs {
        let mut row = vec![
            ListingCell::Word(records.id(pair.left).to_string()),
            ListingCell::Word(records.id(pair.right).to_string()),
            ListingCell::Number(pair.probability, 4),
            ListingCell::Number(pair.log_odds / std::f64::consts::LN_2, 2),
            ListingCell::Words(state(pair.state)),
        ];
        row.extend(person(pair, records, linked).map(|person| ListingCell::Word(person.to_string())));
        listing.rows.push(row);
    }
    report::listing(&[listing], crate::list_packs::today(), lang).map_err(|fault| crate::write_reports::workbook_failure(&fault))
}

#[cfg(test)]
mod tests {
    #[test]
    fn numbers_are_written_with_their_decimals() {
        for (number, decimals, wanted) in
            [(0.5, 6, "0.500000"), (-12.3456, 3, "-12.346"), (1.0, 6, "1.000000"), (-0.0001, 3, "0.000"), (1234.0, 0, "1234")]
        {
            let mut out = String::new();
            super::push_fixed(&mut out, number, decimals);
            assert_eq!(out, wanted);
        }
    }
}
