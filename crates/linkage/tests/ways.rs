//! The ways around one run: stopped and gone on with, several hands, a model kept as text, work in pieces, hidden registers. Each gives
//! what one run gives, or says what it costs.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use linkage::{
    Hands, Index, Linked, Model, Records, Scored, Sent, Settings, Shard, Standing, Table, Way, hidden_settings, hide, link,
    link_with, propose, read_settings, settle,
};

const HEADS: &[&str] = &["编号", "姓名", "性别", "出生日期", "身份证号", "监护人电话", "村", "监护人姓名"];

fn id(birth: &str, sequence: usize) -> String {
    let first = format!("539901{birth}{sequence:03}");
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = first.bytes().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    format!("{first}{}", char::from(b"10X98765432"[(sum % 11) as usize]))
}

/// Two registers of `n` people, three quarters of them in both, with slips on the left.
fn registers(n: usize) -> (Table, Table) {
    let (mut a, mut b) = (Table::new("a", HEADS), Table::new("b", HEADS));
    let surnames: Vec<char> = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗".chars().collect();
    let given: Vec<char> = "伟强磊军勇涛明超杰辉刚健波斌鹏飞宇浩凯林峰志文国建华平东海洋".chars().collect();
    for at in 0..n {
        let birth = format!("20{:02}{:02}{:02}", 8 + at % 10, 1 + at * 7 % 12, 1 + at * 11 % 28);
        let name: String = [surnames[at * 3 % 20], given[at * 7 % 30], given[(at * 13 + at / 20) % 30]].iter().collect();
        let row = |side: &str| {
            let slips = side == "a";
            let number = if slips && at % 17 == 3 { String::new() } else { id(&birth, at % 900) };
            let number = if slips && at % 29 == 4 { number.replacen('3', "8", 1) } else { number };
            let name = if slips && at % 13 == 5 { name.replace('伟', "玮").replace('明', "鸣") } else { name.clone() };
            let sex = if at % 2 == 1 { "男" } else { "女" };
            let home = [format!("1200000{:04}", at / 2), format!("第{}村", at / 2 % 40), format!("父{}", given[at / 2 % 30])];
            let [phone, village, guardian] = home;
            [format!("{side}{at}"), name, sex.into(), birth.clone(), number, phone, village, guardian]
        };
        if at < n * 3 / 4 {
            a.push(&row("a"));
        }
        if at >= n / 4 {
            b.push(&row("b"));
        }
    }
    (a, b)
}

fn settings_of(a: &Table, b: &Table) -> Settings {
    let (toml, _) = propose(a, Some(b));
    read_settings("s.toml", &toml).0.expect("settings")
}

fn go(records: &Records, settings: &Settings, way: Way<'_>) -> Option<Linked> {
    link_with(records, settings, &[], way, &mut |_| ControlFlow::Continue(()))
}

fn two(n: usize, task: &(dyn Fn(usize) + Sync)) {
    std::thread::scope(|scope| {
        scope.spawn(|| (0..n).rev().step_by(2).for_each(task));
        (0..n).rev().skip(1).step_by(2).for_each(task);
    });
}

#[test]
fn two_hands_do_what_one_does() {
    let (a, b) = registers(900);
    let settings = settings_of(&a, &b);
    let (one, _) = Records::new(a.clone(), Some(b.clone()), &settings);
    let (other, _) = Records::new_with(a, Some(b), &settings, Hands::of(&two));
    let first = go(&one, &settings, Way::default()).expect("links");
    let second = go(&other, &settings, Way { hands: Hands::of(&two), ..Way::default() }).expect("links");
    assert_eq!(first.pairs, second.pairs);
    assert!(first.links().count() > 430, "only {} of 450", first.links().count());
}

#[test]
fn a_stopped_run_goes_on_to_the_same_end() {
    let (a, b) = registers(700);
    let settings = settings_of(&a, &b);
    let (records, _) = Records::new(a, Some(b), &settings);
    let whole = go(&records, &settings, Way::default()).expect("links");
    let mut left: Option<Vec<u8>> = None;
    let mut keep = |standing: &Standing| left = Some(standing.to_bytes());
    let way = Way { keep: Some(&mut keep), ..Way::default() };
    assert!(link_with(&records, &settings, &[], way, &mut |_| ControlFlow::Break(())).is_none());
    let resume = left.as_deref().and_then(Standing::from_bytes);
    assert!(resume.is_some());
    let again = go(&records, &settings, Way { resume, ..Way::default() }).expect("links");
    assert_eq!((again.pairs, again.compared), (whole.pairs, whole.compared));
}

#[test]
fn a_model_comes_back_from_its_text_to_the_last_bit() {
    let (a, b) = registers(900);
    let settings = settings_of(&a, &b);
    let (records, _) = Records::new(a.clone(), Some(b.clone()), &settings);
    let linked = go(&records, &settings, Way::default()).expect("links");
    let toml = linked.model.to_toml(&records, &settings);
    // Of the pairs that are linked, one from the middle of the register.
    let pair = *linked.links().find(|pair| pair.left >= 400).expect("a link");
    let row = pair.left as usize;
    let cells: Vec<String> = (settings.columns.iter())
        .map(|column| a.cell(row, HEADS.iter().position(|head| *head == column.heads.left[0]).expect("a head")).to_string())
        .collect();
    // A register that is indexed after a restart, without the left one and without learning.
    let (alone, _) = Records::new(Table::new("", &[]), Some(b), &settings);
    let model = Model::from_toml(&toml, &alone, &settings).expect("the model");
    let mut index = Index::new(alone, settings.clone(), model);
    let found = index.matches(&cells, 0.01);
    assert_eq!((index.records().id(found[0].right), found[0].log_odds), (records.id(pair.right), pair.log_odds));
    // Other settings are no settings of this model.
    let mut other = settings;
    other.comparisons.pop();
    let (empty, _) = Records::new(Table::new("", &[]), None, &other);
    assert!(Model::from_toml(&toml, &empty, &other).is_none() && Model::from_toml("", &empty, &other).is_none());
}

#[test]
fn pieces_give_what_one_run_gives() {
    let (a, b) = registers(700);
    let settings = settings_of(&a, &b);
    let (records, _) = Records::new(a.clone(), Some(b.clone()), &settings);
    let whole = link(&records, &settings, &[], &mut |_| ControlFlow::Continue(())).expect("links");
    let toml = whole.model.to_toml(&records, &settings);
    let mut shard = Shard::new(settings.clone(), false);
    let mut by_key: BTreeMap<String, Vec<Sent>> = BTreeMap::new();
    // The right register first, and from its end: whoever brings records together keeps no order.
    for (table, right) in [(&b, true), (&a, false)] {
        for row in (0..table.len()).rev() {
            let cell =
                |heads: &[String]| table.cell(row, HEADS.iter().position(|head| *head == heads[0]).expect("a head")).to_string();
            let cells: Vec<String> = settings.columns.iter().map(|column| cell(&column.heads.left)).collect();
            let sent = Sent { right, row: row as u64, id: cell(&settings.id.left), cells };
            shard.keys(&sent.cells).into_iter().for_each(|key| by_key.entry(key).or_default().push(sent.clone()));
        }
    }
    let model = shard.model(&toml).expect("the model");
    let scored: Vec<Scored> = by_key.into_iter().flat_map(|(key, sent)| shard.score(&model, &key, sent)).collect();
    let pieces = settle(&records, &settings, model, &scored);
    assert_eq!(pieces.pairs, whole.pairs);
    assert_eq!(pieces.threshold, whole.threshold);
}

#[test]
fn hidden_registers_link_nearly_as_well_and_show_no_word() {
    let (a, b) = registers(900);
    let settings = settings_of(&a, &b);
    // Not a cipher, but enough to see that nothing is read but hashes.
    let keyed = |bytes: &[u8]| {
        bytes
            .iter()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3).rotate_left(23))
    };
    let (hidden_a, hidden_b) = (hide(a.clone(), false, &settings, &keyed), hide(b.clone(), true, &settings, &keyed));
    for row in 0..50 {
        for column in 0..hidden_a.heads().len() {
            assert!(hidden_a.cell(row, column).bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'/'));
        }
    }
    let toml = hidden_settings(&settings);
    let (hidden, findings) = read_settings("hidden.toml", &toml);
    let hidden = hidden.unwrap_or_else(|| panic!("{findings:?} in {toml}"));
    let links = |a: Table, b: Table, settings: &Settings| -> BTreeSet<(u32, u32)> {
        let (records, _) = Records::new(a, Some(b), settings);
        go(&records, settings, Way::default()).expect("links").links().map(|pair| (pair.left, pair.right)).collect()
    };
    let (clear, blind) = (links(a, b, &settings), links(hidden_a, hidden_b, &hidden));
    let both = clear.intersection(&blind).count();
    assert!(both * 100 >= clear.len() * 97, "{both} of {} and {} by hashes", clear.len(), blind.len());
}
