//! What changed between two outcomes, and why; several counties side by side.

use evaluate::{
    Cause, Delta, GivenFigure, SchoolEvent, State, Verdict, diff, explain, explain_item, explain_spread, summary, what_if,
};
use facts::Stage::{self, Junior, Primary, Whole};

use crate::tiny::{ON, code, five_schools, judged, matrix, primary, resolved, resolved_with, school};

#[test]
fn an_outcome_does_not_differ_from_itself() {
    let outcome = judged(&resolved(ON), &five_schools());
    let changes = diff(&outcome, &outcome);
    let words: Vec<String> = changes.lines().into_iter().map(|line| line.zh).collect();
    assert_eq!(words, ["没有变化"]);
}

#[test]
fn a_changed_stock_is_the_cause_of_a_changed_figure() {
    let resolved = resolved(ON);
    let before = judged(&resolved, &five_schools());
    let added = Delta::Add { school: code("D"), stage: Primary, stock: "books".into(), amount: 300.0 };
    let after = what_if(&resolved, &before.matrix, &[added]);
    let changes = diff(&before, &after);
    assert_eq!(changes.verdict.expect("changed").after, Verdict::Pass);
    let [figure] = changes.figures.as_slice() else { panic!("{:#?}", changes.figures) };
    assert_eq!((figure.name.as_str(), figure.indicator.as_str()), ("D", "books_per_pupil"));
    let [Cause::Stock { stock, .. }] = figure.causes.as_slice() else { panic!("{:#?}", figure.causes) };
    assert_eq!(stock, "books");
    let [spread] = changes.spreads.as_slice() else { panic!("{:#?}", changes.spreads) };
    assert_eq!(spread.movers[0].name, "D");
    // The parts of all schools add up to the square of the coefficient.
    let parts: f64 = spread.movers.iter().filter_map(|mover| mover.after).sum();
    assert!((parts - spread.cv.after.expect("a cv").powi(2)).abs() < 1e-12);
}

#[test]
fn schools_appear_vanish_and_merge() {
    let resolved = resolved(ON);
    let before = judged(&resolved, &five_schools());
    let merged = what_if(&resolved, &before.matrix, &[Delta::Merge { school: code("D"), into: code("C") }]);
    let changes = diff(&before, &merged);
    assert_eq!(changes.schools[0].change, SchoolEvent::Merged { into: code("C") });
    assert!(matches!(changes.figures[0].causes[0], Cause::Campuses { .. }));
    assert_eq!(diff(&merged, &before).schools[0].change, SchoolEvent::Separated { from: code("C") });

    let mut others = five_schools();
    others.remove(0);
    others.push(primary("F", 100.0, 1.0, 500.0, 700.0));
    let events: Vec<SchoolEvent> =
        diff(&before, &judged(&resolved, &others)).schools.into_iter().map(|change| change.change).collect();
    assert_eq!(events, [SchoolEvent::Vanished, SchoolEvent::Appeared]);
}

#[test]
fn a_changed_parameter_or_exception_is_named() {
    let mut old = primary("O", 100.0, 2.0, 400.0, 100.0);
    old.traits.built_year = Some(1970);
    let schools = [old];
    let before = judged(&resolved(ON), &schools);
    let later = judged(&resolved("2031-09-01"), &schools);
    let changes = diff(&before, &later);
    assert_eq!(changes.lines()[0].zh, "时点：2023-09-01 → 2031-09-01");
    let causes = &changes.figures[0].causes;
    assert!(matches!(&causes[0], Cause::Threshold { before: Some(3.0), after: Some(4.5), .. }), "{causes:#?}");
    assert!(matches!(&causes[1], Cause::ExceptionEnded { exception, .. } if exception == "old"), "{causes:#?}");
    let stricter = judged(&resolved_with(ON, &[("value = 1, confirmed = false", "value = 3, confirmed = false")]), &schools);
    let changes = diff(&before, &stricter);
    let state = changes.figures[0].state;
    assert_eq!((state.before, state.after), (State::Met, State::BelowFloor));
    assert!(matches!(&changes.figures[0].causes[0], Cause::Threshold { parameter: Some(id), .. } if id == "backbone_min"));
}

#[test]
fn counties_stand_side_by_side_in_the_order_given() {
    let resolved = resolved(ON);
    let outcomes = [judged(&resolved, &five_schools()), judged(&resolved, &[primary("A", 100.0, 1.0, 500.0, 50.0)])];
    let side_by_side = summary(&outcomes);
    assert_eq!((side_by_side.passed, side_by_side.failed, side_by_side.undecided), (1, 1, 0));
    assert_eq!(side_by_side.counties[0].schools, 5);
    assert_eq!(side_by_side.counties[1].verdict, Verdict::Pass);
}

#[test]
fn a_figure_is_explained_with_its_numbers_and_the_working_of_its_split() {
    let resolved = resolved(ON);
    let nine = school("N", "312", &[(Primary, "pupils", 600.0), (Junior, "pupils", 300.0), (Whole, "teaching_area", 4000.0)]);
    let mut campus = primary("P", 80.0, 1.0, 500.5, 800.0);
    campus.traits.counts_as_school = Some(false);
    campus.parent = Some(code("N"));
    let matrix = matrix(&resolved, &[nine, campus]);
    let explained = explain(None, &resolved, &matrix, &code("P"), Junior, "area_per_pupil").expect("explained");
    assert_eq!(explained.school, code("N"));
    assert_eq!(explained.worked, "1419.354839 / 300");
    let working = explained.stocks.iter().find_map(|stock| stock.units[0].working.as_ref()).expect("a working");
    assert_eq!(working.words, "4000 × 1.1 × 300 / (600 + 1.1 × 300)");
    assert_eq!(explained.threshold.as_ref().and_then(|threshold| threshold.value), Some(5.8));
    let words: Vec<String> = explained.lines().into_iter().map(|line| line.zh).collect();
    assert!(words[0].starts_with("N（N）初中 · 生均面积：未达标"), "{words:#?}");
    assert!(words.iter().any(|line| line.contains("小标准（测〔2010〕1号）第一条")), "{words:#?}");
}

#[test]
fn an_exception_is_explained_with_what_it_brought_in() {
    let resolved = resolved(ON);
    let mut village = primary("V", 200.0, 1.0, 700.0, 500.0);
    village.traits.urban_rural = Some("220".into());
    village.figures.push(GivenFigure { stock: "visiting".into(), stage: Primary, value: Some(1.0) });
    let matrix = matrix(&resolved, &[village]);
    let explained = explain(None, &resolved, &matrix, &code("V"), Primary, "backbone_per_100").expect("explained");
    assert_eq!((explained.worked.as_str(), explained.state), ("100 * 2 / 200", State::Met));
    let ids: Vec<&str> = explained.stocks.iter().map(|stock| stock.id.as_str()).collect();
    assert_eq!(ids, ["pupils", "backbone", "visiting"]);
    assert_eq!(explained.exceptions[0].id, "rural");
    let item = explain_item(None, &resolved, &matrix, "plan", None).expect("explained");
    assert_eq!((item.worked.as_str(), item.verdict), ("1 >= 1", Verdict::Pass));
    let item = explain_item(None, &resolved, &matrix, "classes", Some((&code("V"), Some(Primary)))).expect("explained");
    assert_eq!((item.worked.as_str(), item.verdict), ("0 <= 0", Verdict::Pass));
}

#[test]
fn an_item_is_explained_over_all_schools_and_at_one() {
    let resolved = resolved(ON);
    let mut crowded = primary("A", 100.0, 1.0, 500.0, 500.0);
    crowded.figures.retain(|figure| figure.stock != "classes_over");
    crowded.figures.push(GivenFigure { stock: "classes_over".into(), stage: Primary, value: Some(2.0) });
    let mut campus = primary("A2", 10.0, 1.0, 50.0, 50.0);
    campus.traits.counts_as_school = Some(false);
    campus.parent = Some(code("A"));
    let nine =
        [(Primary, "pupils", 600.0), (Junior, "pupils", 300.0), (Primary, "classes_over", 0.0), (Junior, "classes_over", 0.0)];
    let small = school("S", "218", &[(Primary, "pupils", 20.0), (Primary, "classes_over", 0.0)]);
    let matrix = matrix(&resolved, &[crowded, campus, school("N", "312", &nine), small]);
    let explain = |school: Option<(&str, Option<Stage>)>| {
        let named = school.map(|(words, stage)| (code(words), stage));
        explain_item(None, &resolved, &matrix, "classes", named.as_ref().map(|(code, stage)| (code, *stage)))
    };
    let first = |explained: &evaluate::ItemExplanation| explained.lines()[0].zh.clone();

    let all = explain(None).expect("explained");
    assert_eq!((all.checked, all.schools.len(), all.schools[0].code.clone()), (3, 1, code("A")));
    assert_eq!(first(&all), "没有超额班：不达标");
    let way = "junheng explain --pack cn/tiny --school A --stage primary --indicator classes";
    assert!(all.lines().iter().any(|line| line.zh.trim() == way), "{:#?}", all.lines());

    // A campus answers with its school; the one stage of a school need not be named.
    let of_campus = explain(Some(("A2", None))).expect("explained");
    assert_eq!((of_campus.worked.as_str(), of_campus.value, of_campus.limit), ("2 <= 0", Some(2.0), Some(0.0)));
    assert_eq!(first(&of_campus), "A（A）小学 · 没有超额班：不达标（由数据计算）");
    // What holds has its numbers too.
    let holds = explain(Some(("N", Some(Junior)))).expect("explained");
    assert_eq!((holds.verdict, holds.value, holds.limit), (Verdict::Pass, Some(0.0), Some(0.0)));
    assert!(explain(Some(("N", None))).expect_err("two stages").to_string().contains("有几个学段"));
    assert!(first(&explain(Some(("S", None))).expect("explained")).contains("不涉及该校"));
}

#[test]
fn a_coefficient_is_explained_school_by_school() {
    let resolved = resolved(ON);
    let matrix = matrix(&resolved, &five_schools());
    let explained = explain_spread(&resolved, &matrix, Primary, "books_per_pupil").expect("explained");
    assert_eq!((explained.total, explained.pupils), (1913.0, 302.0));
    let names: Vec<&str> = explained.terms.iter().map(|term| term.name.as_str()).collect();
    assert_eq!(names, ["C", "D", "B", "E", "A"]);
    assert_eq!(format!("{:.3} {:.2}", explained.terms[0].weight, explained.terms[0].term), "0.295 5.13");
    assert!(explained.lines()[0].en.ends_with("coefficient of variation 0.515257"));
    // One school's books are not known: what the others have is no coefficient of the county.
    let mut schools = five_schools();
    let books = schools[0].figures.iter_mut().find(|figure| figure.stock == "books").expect("books");
    books.value = None;
    let explained = explain_spread(&resolved, &self::matrix(&resolved, &schools), Primary, "books_per_pupil").expect("explained");
    assert!(explained.lines()[0].zh.contains("数据不足"), "{:#?}", explained.lines()[0]);
}

#[test]
fn what_is_not_there_cannot_be_explained() {
    let resolved = resolved(ON);
    let matrix = matrix(&resolved, &five_schools());
    let words = |school: &str, indicator: &str| {
        explain(None, &resolved, &matrix, &code(school), Primary, indicator).expect_err("nothing there").to_string()
    };
    assert!(words("X", "books_per_pupil").contains("没有学校 X"));
    assert!(words("A", "gold_per_pupil").contains("没有指标 gold_per_pupil"));
}

#[test]
fn what_is_not_asked_of_a_school_says_why() {
    let resolved = resolved(ON);
    let point = school("S", "218", &[(Primary, "pupils", 20.0)]);
    let matrix = matrix(&resolved, &[primary("A", 100.0, 1.0, 500.0, 500.0), point]);
    let check = |of: &str, stage, words: &str| {
        let explained = explain(None, &resolved, &matrix, &code(of), stage, "area_per_pupil").expect("explained");
        assert_eq!(explained.state, State::NotApplicable);
        assert!(explained.lines()[1].zh.contains(words), "{:#?}", explained.lines()[1]);
    };
    check("A", Junior, "没有初中学生；可以说明的是 --stage primary");
    check("S", Primary, "不在这个标准的评估范围内");
}
