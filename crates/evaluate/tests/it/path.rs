//! From given figures to verdicts, one fact of the rules a test.

use evaluate::{Cell, GivenFigure, GivenSchool, Lack, Outcome, Reason, Rows, Scope, State, Verdict};
use facts::Stage::{self, Junior, Primary, Whole};

use crate::tiny::{ON, code, five_schools, judged, matrix, primary, resolved, resolved_with, school};

fn figure(outcome: &Outcome, school: &str, stage: Stage, indicator: usize) -> evaluate::Figure {
    let position = outcome.matrix.position(&code(school)).expect("a school");
    *outcome.figure(position, stage, indicator).expect("a figure")
}

fn row(outcome: &Outcome, school: &str) -> Verdict {
    let position = outcome.matrix.position(&code(school)).expect("a school");
    let Rows::AtLeast(rows) = &outcome.judgements[0].rows else { panic!("at-least") };
    Verdict::all(rows.iter().filter(|row| row.school == position).map(|row| row.verdict))
}

#[test]
fn the_published_coefficient_comes_out_with_its_terms() {
    let outcome = judged(&resolved(ON), &five_schools());
    let spread = outcome.spread(2, Primary).expect("a spread");
    assert_eq!(format!("{:.6}", spread.cv.expect("a coefficient")), "0.515257");
    assert_eq!(format!("{:.4}", spread.mean.expect("a mean")), "6.3344");
    let share = figure(&outcome, "C", Primary, 2).share.expect("a share");
    assert_eq!(format!("{:.2}", share * spread.sd.expect("an sd").powi(2)), "5.13");
    assert_eq!(outcome.verdict, Verdict::Fail);
    assert_eq!(outcome.reasons, [Reason::Judgement(1)]);
    assert_eq!(outcome.words(Reason::Judgement(1)).zh, "差异系数：1 项差异系数超过上限，0 项数据不足");
}

#[test]
fn premises_of_a_combined_school_are_divided_by_weighted_pupils() {
    let nine = school("N", "312", &[(Primary, "pupils", 600.0), (Junior, "pupils", 300.0), (Whole, "teaching_area", 4000.0)]);
    let outcome = judged(&resolved(ON), &[nine]);
    assert_eq!(format!("{:.2}", figure(&outcome, "N", Primary, 1).value.expect("a value")), "4.30");
    assert_eq!(format!("{:.2}", figure(&outcome, "N", Junior, 1).value.expect("a value")), "4.73");
}

#[test]
fn stage_rows_make_a_whole_row_a_redundant_total() {
    let figures = [
        (Primary, "pupils", 600.0),
        (Junior, "pupils", 300.0),
        (Primary, "books", 100.0),
        (Junior, "books", 200.0),
        (Whole, "books", 300.0),
    ];
    let outcome = judged(&resolved(ON), &[school("N", "312", &figures)]);
    assert_eq!(figure(&outcome, "N", Primary, 2).value, Some(100.0 / 600.0));
    assert_eq!(outcome.matrix.schools[0].stocks.get(Whole, 4), Cell::Known(300.0));
}

#[test]
fn teachers_are_never_divided() {
    let nine = school("N", "312", &[(Primary, "pupils", 600.0), (Junior, "pupils", 300.0), (Whole, "backbone", 9.0)]);
    let outcome = judged(&resolved(ON), &[nine]);
    assert_eq!(outcome.matrix.schools[0].stocks.get(Primary, 1), Cell::Missing(Lack::NotDivided));
    assert_eq!(figure(&outcome, "N", Primary, 0).state, State::NotEnoughData);
}

#[test]
fn a_combined_school_without_the_pupils_of_one_stage_lacks_data() {
    let nine = school("N", "312", &[(Primary, "pupils", 600.0), (Whole, "teaching_area", 4000.0)]);
    let outcome = judged(&resolved(ON), &[nine]);
    assert_eq!(outcome.matrix.schools[0].stocks.get(Primary, 3), Cell::Missing(Lack::PupilsMissing));
    assert!(outcome.findings.iter().any(|finding| finding.code == "division-lacks-pupils"));
    assert_eq!(outcome.verdict, Verdict::NotEnoughData);
}

#[test]
fn campuses_are_divided_by_their_own_pupils_and_then_merged() {
    let nine = school("N", "312", &[(Primary, "pupils", 600.0), (Junior, "pupils", 300.0), (Whole, "teaching_area", 4000.0)]);
    let mut campus = school("N2", "211", &[(Primary, "pupils", 100.0), (Whole, "teaching_area", 1000.0)]);
    campus.traits.counts_as_school = Some(false);
    campus.parent = Some(code("N"));
    let outcome = judged(&resolved(ON), &[nine, campus]);
    assert_eq!(outcome.matrix.schools.len(), 1);
    let value = figure(&outcome, "N", Primary, 1).value.expect("a value");
    assert_eq!(format!("{value:.6}"), format!("{:.6}", (4000.0 * 600.0 / 930.0 + 1000.0) / 700.0));
    assert_eq!(format!("{:.2}", figure(&outcome, "N", Junior, 1).value.expect("a value")), "4.73");
}

#[test]
fn a_campus_without_its_school_is_kept_and_named() {
    let mut campus = primary("X", 100.0, 1.0, 500.0, 50.0);
    campus.traits.counts_as_school = Some(false);
    campus.parent = Some(code("gone"));
    let outcome = judged(&resolved(ON), &[campus]);
    assert_eq!(outcome.matrix.schools.len(), 1);
    assert!(outcome.findings.iter().any(|finding| finding.code == "campus-without-school"));
}

#[test]
fn no_backbone_teacher_breaks_the_floor() {
    let outcome = judged(&resolved(ON), &[primary("Z", 100.0, 0.0, 1000.0, 1000.0), primary("Y", 100.0, 2.0, 1000.0, 1000.0)]);
    let figure = figure(&outcome, "Z", Primary, 0);
    assert_eq!((figure.state, figure.value, figure.lever_gap), (State::BelowFloor, Some(0.0), Some(1.0)));
    assert_eq!(row(&outcome, "Z"), Verdict::Fail);
    assert_eq!(row(&outcome, "Y"), Verdict::Pass);
    let words = outcome.gap_words(&figure, 0).expect("a gap");
    assert_eq!(words.zh, "还差 1 人（骨干教师）");
    // The school is kept in the county's mean.
    assert_eq!(outcome.spread(0, Primary).expect("a spread").schools, 2);
}

#[test]
fn exactly_at_the_floor_is_tolerated() {
    // 0.85 × 4.5 = 3.825, which no f64 holds.
    let at = judged(&resolved(ON), &[primary("F", 1000.0, 10.0, 3825.0, 1000.0)]);
    assert_eq!(figure(&at, "F", Primary, 1).state, State::Missed);
    assert_eq!(row(&at, "F"), Verdict::Pass);
    let below = judged(&resolved(ON), &[primary("F", 1000.0, 10.0, 3_824.999_999_999, 1000.0)]);
    assert_eq!(figure(&below, "F", Primary, 1).state, State::BelowFloor);
    assert_eq!(row(&below, "F"), Verdict::Fail);
}

#[test]
fn exactly_at_a_threshold_that_no_f64_holds_is_met() {
    for (pupils, books) in [(3.0, 0.3), (7.0, 0.7), (33.0, 3.3), (1001.0, 100.1)] {
        let outcome = judged(&resolved(ON), &[primary("B", pupils, 10.0, 99999.0, books)]);
        assert_eq!(figure(&outcome, "B", Primary, 2).state, State::Met, "{books} / {pupils}");
    }
}

#[test]
fn a_coefficient_exactly_at_its_limit_passes() {
    // Ratios 1 and 3 with equal pupils: exactly 0.5. A hair more fails.
    let county = |books: f64| judged(&resolved(ON), &[primary("A", 10.0, 9.0, 99.0, 10.0), primary("B", 10.0, 9.0, 99.0, books)]);
    assert_eq!(county(30.0).judgements[1].verdict, Verdict::Pass);
    assert_eq!(county(30.000_000_01).judgements[1].verdict, Verdict::Fail);
    // Ratios 0.1 and 0.3, and a third in the middle, at a limit of 0.5 over other numbers.
    let tenths = judged(&resolved(ON), &[primary("A", 10.0, 9.0, 99.0, 1.0), primary("B", 10.0, 9.0, 99.0, 3.0)]);
    assert_eq!(tenths.judgements[1].verdict, Verdict::Pass);
}

#[test]
fn private_schools_are_in_from_2017_and_small_points_never() {
    let mut private = primary("P", 100.0, 1.0, 500.0, 50.0);
    private.traits.owner = Some("private".into());
    let mut small = primary("S", 49.0, 1.0, 500.0, 50.0);
    small.traits.kind = Some("218".into());
    let mut large = primary("T", 50.0, 1.0, 500.0, 50.0);
    large.traits.kind = Some("218".into());
    let schools = [private, small, large];
    assert_eq!(judged(&resolved("2015-09-01"), &schools).scope, [Scope::Out, Scope::Out, Scope::Out]);
    assert_eq!(judged(&resolved(ON), &schools).scope, [Scope::In, Scope::Out, Scope::In]);
}

#[test]
fn a_missing_figure_is_neither_a_pass_nor_a_fail() {
    let mut school = primary("M", 100.0, 1.0, 500.0, 50.0);
    school.figures.retain(|figure| figure.stock != "books");
    let outcome = judged(&resolved(ON), &[school.clone(), primary("A", 100.0, 1.0, 500.0, 50.0)]);
    assert_eq!(figure(&outcome, "M", Primary, 2).state, State::NotEnoughData);
    assert_eq!(row(&outcome, "M"), Verdict::NotEnoughData);
    assert_eq!(outcome.judgements[1].verdict, Verdict::NotEnoughData);
    assert_eq!(outcome.verdict, Verdict::NotEnoughData);
    // What fails anyhow fails.
    school.figures.retain(|figure| figure.stock != "backbone");
    school.figures.push(GivenFigure { stock: "backbone".into(), stage: Primary, value: Some(0.0) });
    assert_eq!(row(&judged(&resolved(ON), &[school]), "M"), Verdict::Fail);
}

#[test]
fn a_stage_with_things_but_no_pupils_is_left_out_and_named() {
    let mut school = primary("A", 100.0, 1.0, 500.0, 50.0);
    school.figures.push(GivenFigure { stock: "pupils".into(), stage: Junior, value: Some(0.0) });
    school.figures.push(GivenFigure { stock: "backbone".into(), stage: Junior, value: Some(3.0) });
    let outcome = judged(&resolved(ON), &[school]);
    assert_eq!(figure(&outcome, "A", Junior, 0).state, State::NotApplicable);
    assert!(outcome.findings.iter().any(|finding| finding.code == "stage-without-pupils"));
    assert_eq!(outcome.verdict, Verdict::Pass);
}

#[test]
fn exceptions_are_applied_recorded_and_expire() {
    let mut village = primary("V", 200.0, 1.0, 700.0, 500.0);
    village.traits.urban_rural = Some("220".into());
    village.traits.built_year = Some(1980);
    village.figures.push(GivenFigure { stock: "visiting".into(), stage: Primary, value: Some(1.0) });
    let check = |on: &str, backbone: State, area: State, applied: &[&str]| {
        let outcome = judged(&resolved(on), std::slice::from_ref(&village));
        let ids: Vec<&str> = outcome.applied_at(0, Primary).map(|exception| exception.id.as_str()).collect();
        let states = (figure(&outcome, "V", Primary, 0).state, figure(&outcome, "V", Primary, 1).state);
        assert_eq!((states, ids.as_slice()), ((backbone, area), applied), "{on}");
        outcome.frame.unconfirmed.iter().map(|rests_on| rests_on.id.clone()).collect::<Vec<_>>()
    };
    check("2014-09-01", State::BelowFloor, State::BelowFloor, &[]);
    let unconfirmed = check("2023-09-01", State::Met, State::Met, &["rural", "old"]);
    check("2031-09-01", State::BelowFloor, State::BelowFloor, &[]);
    assert_eq!(unconfirmed, ["backbone_min", "old"]);
}

#[test]
fn a_county_lacks_what_it_has_not_declared() {
    let resolved = resolved(ON);
    let mut matrix = matrix(&resolved, &[primary("A", 100.0, 1.0, 500.0, 50.0)]);
    assert_eq!(evaluate::evaluate(&resolved, &matrix).verdict, Verdict::Pass);
    let plan = matrix.stock("declared_plan").expect("a stock");
    matrix.county[plan] = Cell::Missing(Lack::NoRow);
    assert_eq!(evaluate::evaluate(&resolved, &matrix).verdict, Verdict::NotEnoughData);
    matrix.county[plan] = Cell::Known(0.0);
    let outcome = evaluate::evaluate(&resolved, &matrix);
    assert_eq!((outcome.verdict, outcome.parts.as_slice()), (Verdict::Fail, [Verdict::Pass, Verdict::Fail].as_slice()));
    assert_eq!(outcome.items[0].rows[0].gap(), Some(1.0));
}

#[test]
fn a_veto_fails_a_county_that_passes_otherwise() {
    let veto = [
        ("of = [\"plan\", \"classes\"]", "of = [\"classes\"]"),
        ("require = \"declared_plan >= 1\"", "require = \"declared_plan < 1\"\nveto = true"),
    ];
    let outcome = judged(&resolved_with(ON, &veto), &[primary("A", 100.0, 1.0, 500.0, 50.0)]);
    assert_eq!((outcome.verdict, outcome.reasons.as_slice()), (Verdict::Fail, [Reason::Veto(0)].as_slice()));
}

#[test]
fn a_stock_of_some_schools_is_zero_for_the_others() {
    let stock = "[[stock]]\nid = \"private_pupils\"\ntitle = \"民办\"\ntitle_en = \"Private\"\nunit = \"person\"\n\
                 table = \"school_figures\"\nwhere = \"item = 'pupils'\"\naggregate = \"sum(value)\"\n\
                 schools = \"school.owner = 'private'\"\n";
    let before = "[[stock]]\nid = \"classes_over\"";
    let resolved = resolved_with(ON, &[(before, &format!("{stock}{before}"))]);
    let owned = |name: &str, owner: Option<&str>| {
        let figures = [(Primary, "pupils", 100.0), (Primary, "private_pupils", 100.0)];
        let mut school = school(name, "211", &figures);
        school.traits.owner = owner.map(str::to_string);
        school
    };
    let matrix = matrix(&resolved, &[owned("A", Some("private")), owned("B", Some("public")), owned("C", None)]);
    let cells = |stage| {
        let stock = matrix.stock("private_pupils").expect("the stock");
        matrix.schools.iter().map(|school| school.stocks.get(stage, stock)).collect::<Vec<_>>()
    };
    let expected = [Cell::Known(100.0), Cell::Known(0.0), Cell::Missing(Lack::SchoolUnclear)];
    assert_eq!(cells(Primary), expected);
    assert_eq!(cells(Whole), expected);
    assert_eq!(cells(Junior), [Cell::Missing(Lack::NoSuchStage); 3]);
}

#[test]
fn a_sum_over_stages_asks_each_stage_by_its_own_parameter() {
    let item = |id: &str, level: &str| {
        format!(
            "[[item]]\nid = \"{id}\"\nno = 9\npart = \"government\"\ntitle = \"面积\"\ntitle_en = \"Area\"\narticle = \"a1\"\n\
             level = \"{level}\"\nrequire = \"teaching_area >= sum_over_stages(area_min * pupils)\"\n\n"
        )
    };
    let first = "[[item]]\nid = \"plan\"";
    let more = format!("{}{}{first}", item("area_of_school", "school"), item("area_of_county", "county"));
    let resolved = resolved_with(ON, &[(first, &more)]);
    let nine = |name: &str, area: f64| {
        school(name, "312", &[(Primary, "pupils", 600.0), (Junior, "pupils", 300.0), (Whole, "teaching_area", area)])
    };
    let check = |schools: &[GivenSchool], failing: &[(&str, f64)], county: Verdict| {
        let outcome = judged(&resolved, schools);
        let rows = &outcome.items[resolved.item("area_of_school").expect("the item")].rows;
        let found: Vec<(&str, f64)> = rows
            .iter()
            .map(|row| (outcome.matrix.schools[row.school.expect("a school")].code.as_str(), row.limit.expect("a limit")))
            .collect();
        assert_eq!(found, failing);
        assert_eq!(outcome.items[resolved.item("area_of_county").expect("the item")].verdict, county);
    };
    // 600 × 4.5 + 300 × 5.8 = 4440, met exactly; a primary school has one stage.
    check(&[nine("A", 4440.0), primary("P", 100.0, 1.0, 450.0, 10.0)], &[], Verdict::Pass);
    check(&[nine("A", 4439.0), primary("P", 100.0, 1.0, 450.0, 10.0)], &[("A", 4440.0)], Verdict::Fail);
    check(&[nine("A", 4439.0), primary("P", 100.0, 1.0, 451.0, 10.0)], &[("A", 4440.0)], Verdict::Pass);
}

#[test]
fn nobody_in_scope_is_no_pass() {
    let outcome = judged(&resolved(ON), &[] as &[GivenSchool]);
    assert_eq!(outcome.verdict, Verdict::NotEnoughData);
    assert!(outcome.findings.iter().any(|finding| finding.code == "nobody-in-scope"));
}

#[test]
fn an_outcome_is_written_with_ids() {
    let outcome = judged(&resolved(ON), &five_schools());
    let json = serde_json::to_value(&outcome).expect("JSON");
    assert_eq!(json["verdict"], "fail");
    assert_eq!(json["reasons"][0]["judgement"], "spread");
    assert_eq!(json["schools"][2]["code"], "C");
    assert_eq!(json["schools"][2]["stages"][0]["figures"][2]["indicator"], "books_per_pupil");
    assert_eq!(json["schools"][2]["stages"][0]["figures"][2]["value"], 935.0 / 89.0);
    assert_eq!(json["spreads"][4]["cv"], outcome.spread(2, Primary).expect("a spread").cv.expect("a cv"));
}

#[test]
fn a_matrix_is_plain_data() {
    let resolved = resolved(ON);
    let mut schools = five_schools();
    schools[1].figures.pop();
    let matrix = matrix(&resolved, &schools);
    let written = serde_json::to_string(&matrix).expect("JSON");
    let read = serde_json::from_str(&written).expect("a matrix");
    assert_eq!(matrix, read);
    assert_eq!(evaluate::evaluate(&resolved, &matrix), evaluate::evaluate(&resolved, &read));
}
