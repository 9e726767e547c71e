//! Whatever text lies in a pack's files: findings, never a panic, in bounded time.

use facts::{CountyCode, ItemList, Place};
use policy::{PackFiles, check};
use proptest::prelude::*;

const HEAD: &str =
    "id = 'x'\ntitle = '甲'\ntitle_en = 'A'\nin_force = { from = 2017-04-19 }\n[document]\ntitle = '乙'\ntitle_en = 'B'\n";

fn pack(files: &[(&str, &str)]) -> PackFiles {
    let files = files.iter().map(|(name, text)| (name.to_string(), text.to_string())).collect();
    PackFiles { id: "x".into(), files, version: "0".into() }
}

/// Checks a pack, resolves it where it passes, and gives the codes of its findings.
fn codes(files: &[(&str, &str)]) -> Vec<String> {
    let (set, findings) = check(&[pack(files)], &ItemList::default());
    let lines: Vec<(String, usize)> = files.iter().map(|(name, text)| (format!("x/{name}"), text.lines().count() + 1)).collect();
    for finding in &findings {
        let Place::Source { file, line: Some(line), .. } = &finding.place else {
            panic!("a finding without a line: {finding:?}")
        };
        let last = lines.iter().find(|(name, _)| name == file).map_or(0, |(_, last)| *last);
        assert!(*line >= 1 && *line as usize <= last.max(1), "{finding:?}");
    }
    if set.get("x").is_some() {
        let day = "2020-09-01".parse().expect("a date");
        set.resolve("x", day, &CountyCode::unstated()).expect("a pack without faults resolves");
    }
    findings.into_iter().map(|finding| finding.code).collect()
}

/// Lines of packs, so that random files are often nearly right.
fn soup() -> impl Strategy<Value = String> {
    let lines = vec![
        "[[parameter]]",
        "[[parameter.value]]",
        "[[stock]]",
        "[[indicator]]",
        "[[judgement]]",
        "[[item]]",
        "[[exception]]",
        "[[split]]",
        "[[scope]]",
        "[[replace]]",
        "[[table]]",
        "[[table.column]]",
        "[[table.line]]",
        "[[part]]",
        "id = 'a'",
        "id = 'b'",
        "id = 'pupils'",
        "title = '甲'",
        "title_en = 'A'",
        "unit = '1'",
        "unit = 'person'",
        "unit = 'm2/person'",
        "article = 'a1'",
        "from = 2017-04-19",
        "from = 9999-12-31",
        "to = 0001-01-01",
        "to = 9999-12-31",
        "value = 1",
        "value = { primary = 1, junior = nan }",
        "stage = 'primary'",
        "table = 'classes'",
        "table = 'students'",
        "where = 'size > :a'",
        "where = 'pupils > 0'",
        "aggregate = 'count(*)'",
        "aggregate = 'sum(size)'",
        "formula = '100 * a / pupils'",
        "weight = 'pupils'",
        "stages = ['primary']",
        "level = 'school'",
        "level = 'school-stage'",
        "require = 'a <= b'",
        "kind = 'items'",
        "kind = 'cv-each'",
        "of = ['a', 'b']",
        "limit = 'a'",
        "need = 'a'",
        "label = '例'",
        "label_en = 'E'",
        "parameter = 'a'",
        "when = 'pupils > a'",
        "with = 'a + b'",
        "kinds = ['312']",
        "weights = { primary = 1 }",
        "summary = '{a} {'",
        "target = 'a'",
        "source = 's'",
        "confirmed = true",
        "order = 1e300",
        "part = 'a'",
        "head = ['甲']",
        "head_en = ['A']",
        "rows = 'schools'",
        "show = 'order'",
        "words = '{a}'",
    ];
    prop::collection::vec(prop::sample::select(lines), 0..60).prop_map(|lines| lines.join("\n"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_text_gives_findings(text in any::<String>(), more in ".{0,200}") {
        codes(&[("pack.toml", HEAD), ("more.toml", &text), ("cases/a.toml", &more), ("source.md", &more)]);
        codes(&[("pack.toml", &text)]);
    }

    #[test]
    fn nearly_right_text_gives_findings(text in soup()) {
        codes(&[("pack.toml", HEAD), ("more.toml", &text), ("source.md", "{#a1}")]);
    }

    #[test]
    fn a_sound_pack_cut_anywhere_gives_findings(at in any::<prop::sample::Index>()) {
        let whole = include_str!("packs/base/entries.toml");
        let end = (0..=at.index(whole.len())).rev().find(|end| whole.is_char_boundary(*end)).unwrap_or(0);
        codes(&[("pack.toml", HEAD), ("entries.toml", &whole[..end]), ("source.md", include_str!("packs/base/source.md"))]);
    }
}

#[test]
fn too_much_is_a_finding() {
    let huge = "# ".repeat(600_000);
    assert_eq!(codes(&[("pack.toml", HEAD), ("more.toml", &huge)]), ["file-too-large"]);
    let deep = format!("a = {}{}", "[".repeat(5_000), "]".repeat(5_000));
    assert!(codes(&[("pack.toml", HEAD), ("more.toml", &deep)]).iter().all(|code| code == "toml-syntax"));
    let tables = format!("[{}]", vec!["a"; 5_000].join("."));
    assert!(!codes(&[("pack.toml", HEAD), ("more.toml", &tables)]).is_empty());
    let names: Vec<String> = (0..600).map(|n| format!("{n}.toml")).collect();
    let mut many: Vec<(&str, &str)> = vec![("pack.toml", HEAD)];
    many.extend(names.iter().map(|name| (name.as_str(), "")));
    assert_eq!(codes(&many), ["too-many-files"]);
}

#[test]
fn a_hostile_pack_is_answered_in_time() {
    let keys: String = (0..60_000).map(|n| format!("k{n} = 1\n")).collect();
    let found = codes(&[("pack.toml", HEAD), ("more.toml", &keys)]);
    assert_eq!(found, vec!["unknown-key"; 100]);
    let stock = |n: usize| {
        format!(
            "[[item]]\nid='i{n}'\ntitle='甲'\ntitle_en='A'\narticle='a1'\nlevel='school'\nrequire='unknown_name_{n} > 0 or unknown_nmae_{n} > 0'\n"
        )
    };
    let files: Vec<(String, String)> =
        (0..5).map(|file| (format!("{file}.toml"), (0..980).map(|n| stock(file * 980 + n)).collect())).collect();
    let mut pack: Vec<(&str, &str)> = vec![("pack.toml", HEAD), ("source.md", "{#a1}")];
    pack.extend(files.iter().map(|(name, text)| (name.as_str(), text.as_str())));
    assert!(codes(&pack).contains(&"too-many-findings".to_string()));
    let more: String = (4_900..6_000).map(stock).collect();
    pack.push(("more.toml", &more));
    assert_eq!(codes(&pack), ["too-many-entries"]);
    let whole = "# ".repeat(480_000);
    let names: Vec<String> = (0..9).map(|n| format!("{n}.toml")).collect();
    let mut large: Vec<(&str, &str)> = vec![("pack.toml", HEAD)];
    large.extend(names.iter().map(|name| (name.as_str(), whole.as_str())));
    assert_eq!(codes(&large), ["pack-too-large"]);
}

#[test]
fn a_long_chain_of_dependencies_is_walked() {
    let stock = |n: usize| {
        format!(
            "[[stock]]\nid = 's{n}'\ntitle = '甲'\ntitle_en = 'A'\nunit = 'class'\ntable = 'classes'\nwhere = 'size > 1'\naggregate = 'count(*)'\n\
             [[exception]]\nid = 'e{n}'\nlabel = '例'\nlabel_en = 'E'\nstock = 's{n}'\nwith = 's{}'\nfrom = 2017-04-19\nto = 2030-01-01\narticle = 'a1'\nsource = 's'\n",
            (n + 1) % 2_000
        )
    };
    let files: Vec<String> = (0..2_000).map(stock).collect();
    assert_eq!(codes(&[("pack.toml", HEAD), ("more.toml", &files.concat()), ("source.md", "{#a1}")]), ["loop"]);
}
