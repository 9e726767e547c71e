//! A form that is not as it should be: told with its line, in both languages, with the way on.

mod support;

use facts::Finding;

/// The findings of the repository's forms with one more among them.
fn check(form: &str, expected: &[&str]) {
    let mut files = support::files_of(&support::forms_dir());
    files.push(("beds/form.toml".into(), form.as_bytes().to_vec()));
    let (items, findings) = import::read_items(&files);
    assert_eq!(findings, []);
    let (forms, findings) = import::Forms::check(&files, items);
    let told = |finding: &Finding| format!("{} {}: {}", finding.code, finding.place.words().en, finding.what.zh);
    assert_eq!(findings.iter().map(told).collect::<Vec<_>>(), expected);
    assert_eq!(forms.ids().contains(&"beds"), expected.is_empty());
    for words in findings.iter().flat_map(|finding| [&finding.what, &finding.hint]) {
        assert!(words.zh.chars().any(|c| c > '\u{3000}') && !words.en.is_empty(), "{words:?}");
        assert!(!words.zh.contains("expected") && !words.zh.contains("invalid"), "{words:?}");
    }
}

/// A list of beds whose figure is what `item` says.
fn beds(item: &str) -> String {
    format!(
        r#"
id = "beds"
title = "床位表"
title_en = "Beds"
layout = "list"
slot = "{{school}}/{{year}}"
[[column]]
id = "school"
heads = ["学校标识码"]
kind = "school"
[[column]]
id = "year"
heads = ["学年"]
kind = "year"
[[column]]
id = "beds"
heads = ["床位数"]
kind = "integer"
[[fact]]
table = "school_figures"
set = {{ stage = "'whole'", item = "{item}", value = "beds" }}
"#
    )
}

#[test]
fn a_figure_that_no_list_of_items_knows() {
    check(&beds("'books'"), &[]);
    check(&beds("'dormitory_bed'"), &["form-unknown-name beds/form.toml line 21: 没有名为“dormitory_bed”的数据项"]);
    check(
        &beds("if(beds > 3, 'books', coalesce('bed', 'computers'))"),
        &["form-unknown-name beds/form.toml line 21: 没有名为“bed”的数据项"],
    );
}

#[test]
fn what_toml_itself_refuses() {
    let beds = beds("'books'");
    check(
        &beds.replace("heads = [\"床位数\"]", "heads = \"床位数\""),
        &["form-malformed beds/form.toml line 17: 值的类型不对：应为列表 […]，写的是带引号的字符串"],
    );
    check(
        &beds.replace("slot = ", "slott = "),
        &[
            "form-malformed beds/form.toml line 6: 这里没有“slott”这一项，可用的有：id、title、title_en、layout、slot、column、fact、check、unique、agree、sheet",
        ],
    );
    check(&beds.replace("\"床位表\"", "床位表"), &["form-malformed beds/form.toml line 3: 不合 TOML 写法：字符串要加引号"]);
}

/// Words that may mean several items are asked about, never taken for one.
#[test]
fn words_that_are_unclear_are_asked_about() {
    let forms = support::forms();
    let figure = |item: &str| {
        format!(
            "学校标识码,学校名称,办学类型,举办者,城乡,学段,学年,在校生数,项目,数值,单位\n\
             2153990012,青石小学,211,公办,121,全校,2025-2026,,{item},3000,\n"
        )
    };
    for (word, meant) in [
        ("体育运动场馆面积（平方米）", "“体育运动场馆面积(平方米)”可能指：运动场地面积、室内体育用房面积"),
        ("计算机台数", "“计算机台数”可能指：教学用计算机台数"),
        ("骨干教师数", "“骨干教师数”可能指：县级以上骨干教师数"),
    ] {
        let (_, _, findings) = support::read(&forms, &[("数据.csv", figure(word).into_bytes())]);
        let told: Vec<_> = findings.iter().map(|finding| (finding.code.as_str(), finding.what.zh.as_str())).collect();
        assert_eq!(told[0], ("item-unclear", format!("项目：{meant}").as_str()));
    }
}
