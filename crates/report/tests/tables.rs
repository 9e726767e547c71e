mod county;

use std::time::Instant;

use county::{CREATED, Figures, grid, outcome, part, resolved, school, schools, signed, standard};
use facts::{Lang, Stage};
use policy::Resolved;
use report::{TablesInput, tables};

fn written(resolved: &Resolved, lang: Lang) -> Vec<u8> {
    let outcome = outcome(resolved, &schools(), &[("population_declared".into(), 419_314.0)]);
    tables(&TablesInput { outcome: &outcome, resolved, signed: &signed(), created: CREATED, lang }).unwrap()
}

#[test]
fn tables_of_a_made_up_standard() {
    let resolved = standard();
    insta::assert_snapshot!("tables_zh", grid(&written(&resolved, Lang::Zh)));
    insta::assert_snapshot!("tables_en", grid(&written(&resolved, Lang::En)));
}

#[test]
fn the_same_outcome_gives_the_same_bytes() {
    let resolved = standard();
    assert_eq!(written(&resolved, Lang::Zh), written(&resolved, Lang::Zh));
}

#[test]
fn sheets_print_as_an_office_prints() {
    let bytes = written(&standard(), Lang::Zh);
    let check = |path: &str, wanted: &str| {
        let xml = part(&bytes, path);
        assert!(xml.contains(wanted), "{path} lacks {wanted}: {xml}");
    };
    for sheet in 1..=4 {
        let path = format!("xl/worksheets/sheet{sheet}.xml");
        check(&path, r#"paperSize="9""#);
        check(&path, r#"orientation="landscape""#);
        check(&path, r#"<pane "#);
        check(&path, "第 &amp;P 页 共 &amp;N 页");
    }
    check("xl/workbook.xml", "_xlnm.Print_Titles");
    // The sign is in the format of the number, so the cell is still a number.
    check("xl/styles.xml", r#"formatCode="0.00&quot;▲&quot;""#);
    check("xl/styles.xml", r#"formatCode="0.00&quot;△&quot;""#);
    check("docProps/core.xml", "2026-03-01T00:00:00Z");
}

#[test]
fn no_name_becomes_a_formula() {
    let resolved = standard();
    let check = |name: &str| {
        let figures: Figures<'_> = &[("pupils", Stage::Primary, Some(400.0))];
        let outcome = outcome(&resolved, &[school("9900000001", name, "211", "public", figures)], &[]);
        let input = TablesInput { outcome: &outcome, resolved: &resolved, signed: &signed(), created: CREATED, lang: Lang::Zh };
        let bytes = tables(&input).unwrap();
        // `grid` refuses a sheet that has a formula.
        assert!(grid(&bytes).contains(&format!("|{name}|")), "{name}");
        let sheet = part(&bytes, "xl/worksheets/sheet3.xml");
        assert!(!sheet.contains("<f>") && !sheet.contains("hyperlink"), "{name}");
    };
    for name in ["=1+1", "+1", "-1+2", "@SUM(A1)", "=HYPERLINK(\"http://x\",\"y\")", "http://example.org", "'=1", "0099"] {
        check(name);
    }
}

#[test]
fn a_standard_without_tables_says_so() {
    let files = [
        ("pack.toml", include_str!("small/pack.toml")),
        ("entries.toml", include_str!("small/entries.toml")),
        ("source.md", include_str!("small/source.md")),
    ];
    let resolved = resolved(&[("test/small", &files)], "test/small");
    let text = grid(&written(&resolved, Lang::Zh));
    assert!(text.contains("本标准没有规定报表"), "{text}");
}

#[test]
fn a_county_without_schools_has_no_zeros_that_nobody_counted() {
    let resolved = standard();
    let outcome = outcome(&resolved, &[], &[]);
    let input = TablesInput { outcome: &outcome, resolved: &resolved, signed: &signed(), created: CREATED, lang: Lang::Zh };
    insta::assert_snapshot!("tables_of_nothing", grid(&tables(&input).unwrap()));
}

#[test]
fn fifteen_hundred_schools_are_written_quickly() {
    let resolved = standard();
    let many: Vec<_> = (0..1500)
        .map(|n| {
            let figures: Figures<'_> = &[
                ("pupils", Stage::Primary, Some(400.0)),
                ("area", Stage::Whole, Some(2000.0)),
                ("backbone", Stage::Primary, Some(3.0)),
            ];
            school(&format!("99{n:08}"), &format!("第{n}小学"), "211", "public", figures)
        })
        .collect();
    let outcome = outcome(&resolved, &many, &[]);
    let input = TablesInput { outcome: &outcome, resolved: &resolved, signed: &signed(), created: CREATED, lang: Lang::Zh };
    let start = Instant::now();
    let bytes = tables(&input).unwrap();
    // Generous, for a build without optimisation on a busy machine; what is guarded against is a square of the schools.
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
    assert!(bytes.len() > 50_000);
}
