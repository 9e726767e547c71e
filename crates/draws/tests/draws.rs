//! Whole draws: what is refused, what follows, and that one changed byte is named.

use draws::{
    Bound, Certificate, Draw, DrawList, Hash, Method, Missing, OutcomeRow, Published, Reveal, Reveals, Seed, Stream, Witness,
    WitnessKind, certify, commitment, public_key, read_result, run, verify, write_result,
};
use proptest::prelude::*;

const SECRET: [u8; 32] = [5; 32];

/// A list of some children in two pools, two of them twins.
fn list(n: usize) -> DrawList {
    let mut text = String::from("pool,receipt,bound\n");
    for child in 0..n {
        let bound = if child == 3 || child == 4 { "twins-1" } else { "" };
        text.push_str(&format!("一小,A-{child:05},{bound}\n"));
        text.push_str(&format!("二小,B-{child:05},\n"));
    }
    let (list, findings) = DrawList::read(&text, "list.csv");
    assert_eq!(findings, []);
    list
}

fn draw(list: &DrawList, method: &str, settings: &[(&str, &str)], places: u32) -> Draw {
    Draw {
        title: "2026 年秋季 公办初中 电脑派位".into(),
        round: 1,
        list: list.hash(),
        method: Method::by_id(method).unwrap(),
        settings: settings.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect(),
        bound: Bound::Over,
        places: list.pools().iter().map(|pool| (pool.name.clone(), places)).collect(),
        witnesses: vec![
            Witness { name: "人大代表".into(), kind: WitnessKind::Commit },
            Witness { name: "家长代表".into(), kind: WitnessKind::Commit },
            Witness { name: "现场抽号".into(), kind: WitnessKind::Public },
            Witness { name: "现场间隔".into(), kind: WitnessKind::Public },
        ],
        missing: Missing::LeaveOut,
        key: public_key(&SECRET),
        after: None,
    }
}

const SECRETS: [(&str, [u8; 16], &str); 2] = [("人大代表", [1; 16], "青山 不老"), ("家长代表", [2; 16], "绿水长流")];

fn commitments(draw: &Draw) -> Vec<(String, Hash)> {
    SECRETS.iter().map(|(name, salt, value)| (name.to_string(), commitment(&draw.id(), name, salt, value))).collect()
}

fn reveals(draw: &Draw, start: &str, interval: &str) -> Reveals {
    let (bound, mut reveals) = (commitments(draw), Reveals::new(draw.id()));
    for (name, salt, value) in SECRETS {
        reveals.show(draw, &bound, name, Reveal::Shown { salt, value: value.into() }).unwrap();
    }
    reveals.show(draw, &bound, "现场抽号", Reveal::Public { value: start.into() }).unwrap();
    reveals.show(draw, &bound, "现场间隔", Reveal::Public { value: interval.into() }).unwrap();
    reveals
}

/// The files of a whole draw, in the order draw, list, commitments, reveals, result, certificate.
fn published(draw: &Draw, list: &DrawList) -> [String; 6] {
    let reveals = reveals(draw, "6", "3");
    let result = write_result(&run(draw, list, &reveals).unwrap());
    let bound: String = commitments(draw).iter().map(|(name, hash)| format!("{name} {hash}\n")).collect();
    let commitments = format!("junheng-draw/1 commitments\ndraw {}\n{bound}", draw.id());
    let certificate = certify(draw, &reveals, &result, &SECRET).write();
    [draw.write(), list.write(), commitments, reveals.write(), result, certificate]
}

fn verified(files: &[String; 6]) -> Vec<facts::Finding> {
    let [draw, list, commitments, reveals, result, certificate] = files.each_ref().map(String::as_str);
    verify(&Published { draw, list, commitments, reveals, result, certificate })
}

fn every_draw() -> Vec<(Draw, DrawList)> {
    let list = list(30);
    let ring = [("interval", "现场间隔"), ("start", "现场抽号")];
    let input = Hash::of(b"input").to_string();
    let draws = [
        draw(&list, "order-number", &[], 12),
        draw(&list, "random-number", &[("digits", "7")], 12),
        draw(&list, "ring", &ring, 12),
        draw(&list, "ring", &[], 12),
        draw(&list, "seed", &[("for", "编班"), ("input", &input)], 12),
    ];
    draws.into_iter().map(|draw| (draw, list.clone())).collect()
}

#[test]
fn a_whole_draw_recomputes() {
    for (draw, list) in every_draw() {
        let files = published(&draw, &list);
        assert_eq!(verified(&files), [], "{draw:?}");
        assert_eq!(Draw::read(&files[0], "draw.txt").unwrap(), draw);
        let rows = read_result(&files[4]).unwrap();
        assert_eq!(rows.len(), list.n_entries());
        for pool in list.pools() {
            let of_pool: Vec<&OutcomeRow> = rows.iter().filter(|row| row.pool == pool.name).collect();
            let admitted = of_pool.iter().filter(|row| row.admitted).count();
            // Twins may bring one more than there are places, nobody else.
            assert!(admitted == 12 || (pool.name == "一小" && admitted == 13), "{admitted}");
            let mut receipts: Vec<&str> = of_pool.iter().map(|row| row.receipt.as_str()).collect();
            receipts.sort_unstable();
            receipts.dedup();
            assert_eq!(receipts.len(), pool.n_entries());
        }
        let twins: Vec<u32> =
            rows.iter().filter(|row| ["A-00003", "A-00004"].contains(&row.receipt.as_str())).map(|row| row.order).collect();
        assert_eq!((twins.len(), twins[0]), (2, twins[1]));
    }
}

/// Whatever byte of whatever file is changed, added or cut off, somebody notices.
#[test]
fn a_changed_byte_is_named() {
    let names = ["draw.txt", "list.csv", "commitments.txt", "reveals.txt", "result.csv", "certificate.txt"];
    for (draw, list) in every_draw() {
        let files = published(&draw, &list);
        for (file, name) in names.iter().enumerate() {
            for (at, letter) in files[file].char_indices() {
                let other = if letter == 'a' { 'b' } else { 'a' };
                let mut changed = files.clone();
                changed[file].replace_range(at..at + letter.len_utf8(), &other.to_string());
                assert_ne!(verified(&changed), [], "{name}: {at}");
            }
            let mut longer = files.clone();
            longer[file].push('\n');
            assert_ne!(verified(&longer), [], "{name}: longer");
            let mut shorter = files.clone();
            shorter[file].pop();
            assert_ne!(verified(&shorter), [], "{name}: shorter");
        }
    }
}

#[test]
fn a_list_says_everything_that_is_wrong() {
    let check = |words: &str, expected: &[(&str, u32)]| {
        let (_, findings) = DrawList::read(words, "名单.csv");
        let found: Vec<(&str, u32)> = findings
            .iter()
            .map(|finding| match finding.place {
                facts::Place::Source { line, .. } => (finding.code.as_str(), line.unwrap_or(0)),
                _ => (finding.code.as_str(), 0),
            })
            .collect();
        assert_eq!(found, expected, "{words}");
    };
    check("", &[("draw-list-head", 1)]);
    check("pool,receipt,bound,name\n一小,1,,张三\n", &[("draw-list-head", 1)]);
    check("pool,receipt,bound\n", &[("draw-list-empty", 1)]);
    check(
        "pool,receipt,bound\n一小,1,\n一小,1,\n一小,2\n一 小,3,\n一小,110101201501010018,\n一小,,\n",
        &[("draw-list-twice", 3), ("draw-list-columns", 4), ("draw-list-name", 5), ("draw-list-name", 6), ("draw-list-name", 7)],
    );
    // The order of the lines, a mark at the start and Windows line ends make no other list.
    let plain = DrawList::read("pool,receipt,bound\n一小,1,\n一小,2,\n", "").0;
    assert_eq!(DrawList::read("\u{feff}pool,receipt,bound\r\n一小,2,\r\n一小,1,\r\n", "").0.hash(), plain.hash());
}

#[test]
fn a_witness_is_held_to_its_word() {
    let list = list(5);
    let mut draw = draw(&list, "order-number", &[], 2);
    let bound = commitments(&draw);
    let shown = |index: usize| Reveal::Shown { salt: SECRETS[index].1, value: SECRETS[index].2.into() };
    let refused = |draw: &Draw, bound: &[(String, Hash)], before: &[(&str, Reveal)], witness: &str, reveal: Reveal| {
        let mut reveals = Reveals::new(draw.id());
        for (name, reveal) in before {
            reveals.show(draw, bound, name, reveal.clone()).unwrap();
        }
        reveals.show(draw, bound, witness, reveal).unwrap_err().what.en
    };
    assert!(refused(&draw, &bound, &[], "路人", shown(0)).contains("no witness"));
    assert!(refused(&draw, &bound[..1], &[], "人大代表", shown(0)).contains("not bound yet"));
    assert!(refused(&draw, &bound, &[], "人大代表", shown(1)).contains("not what it was bound to"));
    assert!(refused(&draw, &bound, &[("人大代表", shown(0))], "人大代表", shown(0)).contains("spoken already"));
    assert!(
        refused(&draw, &bound, &[("人大代表", shown(0))], "现场抽号", Reveal::Public { value: "3".into() })
            .contains("comes last")
    );
    assert!(refused(&draw, &bound, &[], "人大代表", Reveal::Public { value: "3".into() }).contains("cannot do it this way"));
    draw.missing = Missing::Stop;
    let bound = commitments(&draw);
    assert!(refused(&draw, &bound, &[], "人大代表", Reveal::Missing).contains("there is no draw"));
}

/// One witness is bought, and the office with it: they choose the words that put their child on the first place for every word of the other witness that
/// they can think of. What the other really thought of is another, and their child is admitted no more often than any.
#[test]
fn a_bought_witness_steers_no_child() {
    let list = list(8);
    let draw = draw(&list, "order-number", &[], 2);
    let salt_of = |n: u64| {
        let mut salt = [0; 16];
        salt[..8].copy_from_slice(&n.to_be_bytes());
        salt
    };
    let order_of_child = |bought: &str, honest: u64| {
        let secrets = [("人大代表", salt_of(honest), "诚实"), ("家长代表", [2; 16], bought)];
        let bound: Vec<(String, Hash)> =
            secrets.iter().map(|(name, salt, value)| (name.to_string(), commitment(&draw.id(), name, salt, value))).collect();
        let mut reveals = Reveals::new(draw.id());
        for (name, salt, value) in secrets {
            reveals.show(&draw, &bound, name, Reveal::Shown { salt, value: value.into() }).unwrap();
        }
        for public in ["现场抽号", "现场间隔"] {
            reveals.show(&draw, &bound, public, Reveal::Public { value: "1".into() }).unwrap();
        }
        let rows = run(&draw, &list, &reveals).unwrap();
        rows.iter().find(|row| row.receipt == "B-00005").unwrap().order
    };
    let wins = |bought: &str, honest: std::ops::Range<u64>| honest.filter(|honest| order_of_child(bought, *honest) <= 2).count();
    // The best of thirty words against sixty guesses of the honest salt.
    let best = (0..30).map(|word| format!("词{word}")).max_by_key(|word| wins(word, 0..60)).unwrap();
    assert!(wins(&best, 0..60) > 19, "it looked well before");
    // A quarter of 1,200 is 300, with a standard deviation of 15.
    let really = wins(&best, 1_000_000..1_001_200);
    assert!((240..=360).contains(&really), "{really}");

    // Whoever repeats the commitment of another cannot show it: the name of the witness is in it.
    let mut bound = commitments(&draw);
    bound[1].1 = bound[0].1;
    let mut reveals = Reveals::new(draw.id());
    let shown = || Reveal::Shown { salt: SECRETS[0].1, value: SECRETS[0].2.into() };
    reveals.show(&draw, &bound, "人大代表", shown()).unwrap();
    assert!(reveals.show(&draw, &bound, "家长代表", shown()).is_err());
}

#[test]
fn who_is_missing_by_the_rule_is_left_out() {
    let list = list(5);
    let draw = draw(&list, "order-number", &[], 2);
    let bound = commitments(&draw);
    let mut reveals = Reveals::new(draw.id());
    reveals.show(&draw, &bound, "人大代表", Reveal::Shown { salt: SECRETS[0].1, value: SECRETS[0].2.into() }).unwrap();
    reveals.show(&draw, &bound, "家长代表", Reveal::Missing).unwrap();
    reveals.show(&draw, &bound, "现场抽号", Reveal::Public { value: "1".into() }).unwrap();
    assert!(run(&draw, &list, &reveals).unwrap_err().what.zh.contains("现场间隔"));
    reveals.show(&draw, &bound, "现场间隔", Reveal::Public { value: "1".into() }).unwrap();
    assert_eq!(reveals.missing(), ["家长代表"]);
    assert_eq!(run(&draw, &list, &reveals).unwrap().len(), 10);
    assert_eq!(Reveals::read(&reveals.write(), &draw, &bound).unwrap(), reveals);
}

#[test]
fn a_draw_that_does_not_fit_is_refused() {
    let list = list(5);
    let good = draw(&list, "order-number", &[], 2);
    let check = |change: &dyn Fn(&mut Draw), expected: &str| {
        let mut draw = good.clone();
        change(&mut draw);
        let said: Vec<String> = draw.fits(&list).into_iter().map(|finding| finding.what.en).collect();
        assert!(said.iter().any(|words| words.contains(expected)), "{expected}: {said:?}");
    };
    assert_eq!(good.fits(&list), []);
    check(&|draw| draw.title.clear(), "one line");
    check(&|draw| draw.list = Hash::of(b""), "whose hash");
    check(&|draw| draw.places.truncate(1), "no number of places");
    check(&|draw| draw.places.push(("三小".into(), 1)), "not on the list");
    check(&|draw| draw.witnesses.retain(|witness| witness.kind == WitnessKind::Public), "binds itself");
    check(&|draw| draw.witnesses.retain(|witness| witness.kind == WitnessKind::Commit), "choose between two");
    check(&|draw| draw.settings.push(("digits".into(), "7".into())), "no setting");
    check(&|draw| draw.method = Method::by_id("random-number").unwrap(), "digits");
    check(&|draw| draw.places.push(draw.places[0].clone()), "given twice");
    check(&|draw| draw.round = 2, "round");
}

/// The vectors beside the specification, from which others write their own programs: `UPDATE=1 cargo test -p draws` writes them.
#[test]
#[expect(clippy::disallowed_methods, reason = "an expectation that updates itself lies in a file")]
fn the_vectors_of_the_specification() {
    let seed = Seed(Hash::of(b"seed"));
    let mut stream = Stream::new(&seed, "pool A");
    let mut thirteen: Vec<u32> = (1..=13).collect();
    stream.clone().shuffle(&mut thirteen);
    let mut below = stream.clone();
    let below: Vec<u64> = [2, 10, 1000, u64::MAX].into_iter().map(|n| below.below(n)).collect();
    let numbers: Vec<String> = (0..5).map(|_| format!("{:016x}", stream.next_u64())).collect();
    let mut vectors = format!(
        "# Test vectors of junheng-draw/1 (docs/concepts/draws.md)\n\
         ## commitment: draw = SHA-256 of the word draw, witness = A, salt = 16 zero bytes, value = 1\n{}\n\
         ## stream: seed = SHA-256 of the word seed, name = pool A: the seed, then the first five numbers\n{}\n{}\n\
         ## the same stream from its start: below 2, 10, 1000, 2^64 - 1\n{below:?}\n\
         ## the same stream from its start: 1 to 13 shuffled\n{thirteen:?}\n",
        commitment(&Hash::of(b"draw"), "A", &[0; 16], "1"),
        seed.0,
        numbers.join(" "),
    );
    for (name, text) in whole_vector() {
        vectors.push_str(&format!("## {name}\n{text}"));
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/concepts/draws-vectors.txt");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &vectors).unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(path).unwrap(),
        vectors,
        "UPDATE=1 writes the vectors; a changed vector is a new version of the protocol"
    );
}

/// A small draw, file by file; the secret key is 32 bytes of 5.
fn whole_vector() -> Vec<(&'static str, String)> {
    let (list, _) = DrawList::read("pool,receipt,bound\nA,1,\nA,2,t\nA,3,t\nA,4,\n", "list.csv");
    let mut draw = draw(&list, "order-number", &[], 2);
    draw.title = "vector".into();
    draw.witnesses = vec![Witness { name: "w".into(), kind: WitnessKind::Commit }];
    draw.missing = Missing::Stop;
    let bound = vec![("w".to_string(), commitment(&draw.id(), "w", &[0; 16], "1"))];
    let mut reveals = Reveals::new(draw.id());
    reveals.show(&draw, &bound, "w", Reveal::Shown { salt: [0; 16], value: "1".into() }).unwrap();
    let result = write_result(&run(&draw, &list, &reveals).unwrap());
    let certificate = certify(&draw, &reveals, &result, &SECRET);
    assert_eq!(Certificate::read(&certificate.write()), Some(certificate.clone()));
    vec![
        ("draw.txt", draw.write()),
        ("list.csv", list.write()),
        ("commitments.txt", format!("junheng-draw/1 commitments\ndraw {}\nw {}\n", draw.id(), bound[0].1)),
        ("reveals.txt", reveals.write()),
        ("result.csv", result),
        ("certificate.txt", certificate.write()),
    ]
}

proptest! {
    /// Each lot is as likely in each place: over many seeds the places of one lot are even (chi-squared with 9 degrees of
    /// freedom stays under 60, which chance passes once in a billion).
    #[test]
    fn places_are_even(name in "[a-z]{1,8}") {
        let mut counts = [0_u32; 10];
        for number in 0..1000_u32 {
            let mut lots: Vec<usize> = (0..10).collect();
            Stream::new(&Seed(Hash::of(&number.to_be_bytes())), &name).shuffle(&mut lots);
            counts[lots.iter().position(|lot| *lot == 3).unwrap()] += 1;
        }
        let chi: f64 = counts.iter().map(|count| (f64::from(*count) - 100.0).powi(2) / 100.0).sum();
        prop_assert!(chi < 60.0, "{counts:?}");
    }

    #[test]
    fn below_is_below(n in 1_u64.., seed in any::<[u8; 8]>()) {
        let mut stream = Stream::new(&Seed(Hash::of(&seed)), "x");
        prop_assert!((0..20).all(|_| stream.below(n) < n));
    }

    /// Nothing that is read can make the readers fail.
    #[test]
    fn readers_take_anything(words in "(junheng-draw/1 [a-z]{0,12}\n)?([a-z]{1,8} ?.{0,40}\n){0,6}") {
        let _ = Draw::read(&words, "draw.txt");
        let _ = DrawList::read(&words, "list.csv");
        let _ = Certificate::read(&words);
        let _ = read_result(&words);
    }
}
