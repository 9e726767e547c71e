use std::path::{Path, PathBuf};

use app::Failure;
use clap::{Arg, Command};
use facts::{Lang, Stage, text};

use super::witnessed::{witnessed, witnessed_draw};
use super::{Call, Entry};
use crate::cli::pick;
use crate::exit::Exit;
use crate::print;

pub const ENTRY: Entry = Entry {
    name: "admit",
    about: || {
        text!(
            "招生录取：划片、对口、派位、录取顺序、统筹，每个家庭都有理由",
            "admission: catchments, linked schools, lots, ordered classes, diversion, with a reason for each family"
        )
    },
    usage: || {
        text!(
            "junheng admit --plan 计划.xlsx --applications 报名表.xlsx [--travel 路程.csv] --stage primary --seed 试算|--draw 派位文件夹 [--out 文件夹]\n      \
             junheng admit prepare --plan … --applications … --title 名称 --witness 见证人 --out 派位文件夹\n      \
             junheng admit check 公告.txt 报名表.xlsx …；junheng admit unreported 录取文件夹 --reported 报到名单 --out 未报到名册.csv",
            "junheng admit --plan PLAN.xlsx --applications APPLICATIONS.xlsx [--travel TRAVEL.csv] --stage primary --seed WORDS|--draw DIR [--out DIR]\n       \
             junheng admit prepare --plan … --applications … --title TITLE --witness NAME --out DIR\n       \
             junheng admit check NOTICE.txt FORM.xlsx …; junheng admit unreported DIR --reported LIST --out UNREPORTED.csv"
        )
    },
    arguments,
    run,
    hidden: false,
};

fn arguments(command: Command, lang: Lang) -> Command {
    let one = |name: &'static str, value: &'static str, zh: &'static str, en: &'static str| {
        Arg::new(name).long(name).value_name(value).help(pick(lang, zh, en))
    };
    let part = |name: &'static str, zh: &'static str, en: &'static str| Command::new(name).about(pick(lang, zh, en));
    let papers = |command: Command| {
        command
            .arg(one(
                "plan",
                "FILE",
                "招生计划：学校、计划、类型、班数、片区、对口学校",
                "the plan: schools, places, kinds, classes, areas, feeders",
            ))
            .arg(one("applications", "FILE", "报名表", "the applications"))
            .arg(one("travel", "FILE", "路程：片区、学校、分钟（统筹要用）", "travel: area, school, minutes (for diversion)"))
            .arg(
                one("rules", "FILE|ID", "县里的招生规则（默认 cn/admission）", "the county's rule (default cn/admission)")
                    .default_value("cn/admission")
                    .hide_default_value(true),
            )
            .arg(
                one("stage", "primary|junior", "学段（默认小学）", "the stage (default primary)")
                    .default_value("primary")
                    .hide_default_value(true),
            )
    };
    papers(command)
        .subcommand_negates_reqs(true)
        .arg(one("draw", "DIR", "已完成的派位：顺序号由它来", "the draw that was held: order numbers come from it"))
        .arg(one("seed", "TEXT", "试算的种子，不是正式录取", "a trial's seed; not the admission").conflicts_with("draw"))
        .arg(one("explain", "RECEIPT", "只说这一个受理号的结果和理由", "say only what became of this receipt, and why"))
        .arg(one("out", "DIR", "写到这个文件夹", "write to this folder"))
        .subcommand(witnessed(
            papers(part(
                "prepare",
                "固定报名材料，准备给每名儿童抽顺序号",
                "fix the papers; prepare the draw of the order numbers",
            )),
            lang,
        ))
        .subcommand(
            part(
                "check",
                "核对公告、方案、报名表：十项严禁和不得采集的信息",
                "look through notices, plans and forms: the ten prohibitions, what may not be collected",
            )
            .arg(Arg::new("papers").value_name("FILE").num_args(1..).required(true).help(pick(
                lang,
                "公告（txt、md）或表格",
                "notices (txt, md) or tables",
            ))),
        )
        .subcommand(
            part("unreported", "录取后没有报到的，写成名册", "write the list of those who were admitted and did not come")
                .arg(Arg::new("folder").value_name("DIR").required(true).help(pick(
                    lang,
                    "签名的录取文件夹",
                    "the folder of the signed admission",
                )))
                .arg(one("reported", "FILE", "报到名单：一行一个受理号", "who came: one receipt a row").required(true))
                .arg(one("out", "FILE", "写到哪里（.csv）", "where to write it (.csv)").required(true)),
        )
}

fn run(call: &Call) -> Result<Exit, Failure> {
    let Some((part, matches)) = call.matches.subcommand() else { return admit(call) };
    let call = Call { matches, lang: call.lang, json: call.json, home: call.home.clone() };
    match part {
        "prepare" => prepare(&call),
        "check" => check(&call),
        _ => unreported(&call),
    }
}

fn wanted<'a>(call: &'a Call, name: &'static str) -> Result<&'a str, Failure> {
    call.text(name).ok_or_else(|| {
        Failure::wrong_use(
            text!("还缺 --{name}", "--{name} is missing"),
            text!("看 junheng admit --help", "see junheng admit --help"),
        )
    })
}

fn asked<'a>(call: &'a Call) -> Result<app::AdmitAsked<'a>, Failure> {
    let word = call.text("stage").unwrap_or_default();
    let stage = Stage::from_id(word).or_else(|| Stage::read(word)).ok_or_else(|| {
        Failure::wrong_use(
            text!("--stage 后面的“{word}”不是学段", "`{word}` after --stage is no stage"),
            text!("写成 --stage primary 或 --stage junior", "write --stage primary or --stage junior"),
        )
    })?;
    Ok(app::AdmitAsked {
        plan: Path::new(wanted(call, "plan")?),
        applications: Path::new(wanted(call, "applications")?),
        travel: call.text("travel").map(Path::new),
        rules: call.text("rules").unwrap_or_default(),
        stage,
    })
}

fn refused(call: &Call, findings: &[facts::Finding]) -> Exit {
    if call.json {
        print::json(&findings);
    } else {
        print::findings(findings, call.lang);
        print::findings_counted(findings, call.lang);
    }
    Exit::Missed
}

fn admit(call: &Call) -> Result<Exit, Failure> {
    let asked = asked(call)?;
    let numbers = match (call.text("draw"), call.text("seed")) {
        (Some(draw), _) => app::AdmitNumbers::Draw(Path::new(draw)),
        (None, Some(seed)) => app::AdmitNumbers::Trial(seed),
        (None, None) => {
            return Err(Failure::wrong_use(
                text!("没有顺序号的来源", "there is nothing for order numbers to come from"),
                text!(
                    "正式录取用 --draw 派位文件夹；试算用 --seed 任意词",
                    "use --draw DIR for the admission, or --seed WORDS for a trial"
                ),
            ));
        }
    };
    let out = call.text("out").map(PathBuf::from);
    let report = match app::admit(&call.home, &asked, numbers, out.as_deref(), call.lang)? {
        Ok(report) => report,
        Err(findings) => return Ok(refused(call, &findings)),
    };
    let exit = if report.without == 0 { Exit::Fine } else { Exit::Missed };
    if let Some(receipt) = call.text("explain") {
        let child = report.results.iter().find(|child| child.receipt == receipt).ok_or_else(|| {
            Failure::unknown(
                text!("报名表里没有受理号“{receipt}”", "the receipt `{receipt}` is not among the applications"),
                text!("逐字核对受理号", "compare it letter by letter"),
            )
        })?;
        if call.json {
            print::json(child);
        } else {
            call.say(child.reason.clone());
        }
        return Ok(Exit::Fine);
    }
    if call.json {
        print::json(&report);
        return Ok(exit);
    }
    print::findings(&report.findings, call.lang);
    if report.trial {
        call.say(text!("试算，不是正式录取", "a trial, not the admission"));
    }
    for school in &report.schools {
        let (name, places, asked, admitted, diverted) =
            (&school.school, school.places, school.asked, school.admitted, school.diverted);
        let last = school
            .last
            .as_ref()
            .map(|(class, number)| text!("，录取到{class}第 {number} 号", ", up to {class}, number {number}"));
        let (zh, en) = last.map(|last| (last.zh, last.en)).unwrap_or_default();
        call.say(text!(
            "{name}：计划 {places}，申请 {asked}，录取 {admitted}，统筹 {diverted}{zh}",
            "{name}: {places} places, {asked} asked, {admitted} admitted, {diverted} diverted{en}"
        ));
    }
    for shortage in &report.shortages {
        let (children, schools, receipts) = (shortage.children, shortage.schools.join("、"), shortage.receipts.join("、"));
        call.say(if shortage.schools.is_empty() {
            text!(
                "✗ {children} 人没有学校可去（片区不明或没有路程）：{receipts}",
                "✗ {children} children have nowhere to go (unknown area or no travel times): {receipts}"
            )
        } else {
            text!(
                "✗ {schools}都满了，还缺 {children} 个学位：{receipts}",
                "✗ {schools} are full, {children} places are missing: {receipts}"
            )
        });
    }
    let (children, admitted, diverted, without) = (report.children, report.admitted, report.diverted, report.without);
    call.say(text!(
        "共 {children} 人：按志愿和划片录取 {admitted} 人，统筹 {diverted} 人，尚无学位 {without} 人",
        "{children} children: {admitted} admitted by wish and area, {diverted} diverted, {without} without a place"
    ));
    for path in &report.written {
        call.say(text!("已写 {path}", "written: {path}"));
    }
    Ok(exit)
}

fn prepare(call: &Call) -> Result<Exit, Failure> {
    let asked = asked(call)?;
    let draw = witnessed_draw(call);
    let prepared = match app::prepare_admission(&call.home, &asked, &draw)? {
        Ok(prepared) => prepared,
        Err(findings) => return Ok(refused(call, &findings)),
    };
    if call.json {
        print::json(&prepared);
        return Ok(Exit::Fine);
    }
    let (id, entries, out) = (&prepared.id, prepared.entries, draw.out.display());
    call.say(text!(
        "报名材料已固定，{entries} 条顺序号待抽。派位编号：{id}",
        "the papers are fixed, {entries} numbers are to be drawn. The draw's id: {id}"
    ));
    call.say(text!(
        "公布 draw.txt、list.csv，见证人承诺、公开，junheng draw run {out}，然后 junheng admit … --draw {out} --out 录取",
        "publish draw.txt and list.csv, let the witnesses speak, junheng draw run {out}, then junheng admit … --draw {out} --out DIR"
    ));
    Ok(Exit::Fine)
}

fn check(call: &Call) -> Result<Exit, Failure> {
    let findings = app::check_papers(&call.paths("papers"))?;
    if call.json {
        print::json(&findings);
    } else if findings.is_empty() {
        call.say(text!(
            "没有看到十项严禁的词语和不得采集的栏目",
            "nothing looks like one of the ten prohibitions, and no field asks for what may not be collected"
        ));
    } else {
        print::findings(&findings, call.lang);
        print::findings_counted(&findings, call.lang);
    }
    Ok(if findings.iter().any(facts::Finding::must_fix) { Exit::Missed } else { Exit::Fine })
}

fn unreported(call: &Call) -> Result<Exit, Failure> {
    let path = |name: &str| PathBuf::from(call.text(name).unwrap_or_default());
    let done = app::write_unreported(&path("folder"), &path("reported"), &path("out"))?;
    if call.json {
        print::json(&done);
        return Ok(Exit::Fine);
    }
    let (admitted, unreported, at) = (done.admitted, done.unreported, done.written.display());
    call.say(text!(
        "录取 {admitted} 人，未报到 {unreported} 人，名册写到 {at}",
        "{admitted} admitted, {unreported} did not come; the list is in {at}"
    ));
    if !done.unknown.is_empty() {
        let unknown = done.unknown.join("、");
        call.say(text!("报到名单里有不认识的受理号：{unknown}", "receipts that are not known: {unknown}"));
    }
    Ok(Exit::Fine)
}
