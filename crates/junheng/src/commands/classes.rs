use std::path::{Path, PathBuf};

use app::{ClassTrial, Failure};
use clap::{Arg, ArgAction, Command, value_parser};
use facts::{Lang, Stage, text};

use super::witnessed::{witnessed, witnessed_draw};
use super::{Call, Entry};
use crate::cli::pick;
use crate::exit::Exit;
use crate::print;

pub const ENTRY: Entry = Entry {
    name: "classes",
    about: || {
        text!(
            "均衡编班：人数、性别、成绩等逐项均衡，由抽签的种子决定，谁都能重新算出来",
            "even classes in size, sex, scores and more, chosen by the seed of a draw, which anyone can recompute"
        )
    },
    usage: || {
        text!(
            "junheng classes --roll 名册.xlsx --rules cn/classes [--classes 班数] [--out 文件夹]        试算\n      \
             junheng classes prepare --roll 名册 --rules 规则 --title 名称 --witness 见证人 --out 文件夹\n      \
             junheng classes run|verify 文件夹；junheng classes except 文件夹 受理号 …；junheng classes teachers 文件夹 …",
            "junheng classes --roll ROLL.xlsx --rules cn/classes [--classes N] [--out DIR]        a trial\n       \
             junheng classes prepare --roll ROLL --rules RULES --title TITLE --witness NAME --out DIR\n       \
             junheng classes run|verify DIR; junheng classes except DIR RECEIPT …; junheng classes teachers DIR …"
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
    let folder =
        || Arg::new("folder").value_name("DIR").required(true).help(pick(lang, "编班文件夹", "the folder of the assignment"));
    let part = |name: &'static str, zh: &'static str, en: &'static str| Command::new(name).about(pick(lang, zh, en));
    let roll = || one("roll", "FILE", "名册：xlsx、xls、ods、CSV", "the roll: xlsx, xls, ods, CSV");
    let asked = |command: Command| {
        command
            .arg(
                one("rules", "FILE|ID", "县里的编班规则（默认 cn/classes）", "the county's rule (default cn/classes)")
                    .default_value("cn/classes")
                    .hide_default_value(true),
            )
            .arg(one("stage", "primary|junior", "学段；名册有年级一列的可不写", "the stage, where the roll does not say it"))
            .arg(
                one("classes", "N", "班数（默认按班额取最少）", "how many classes (default: as few as the class size allows)")
                    .value_parser(value_parser!(u32).range(2..=200)),
            )
            .arg(
                one("use", "OPTION", "只用规则里的这些条件，可多次给出", "only these options of the rule; may be repeated")
                    .action(ArgAction::Append),
            )
    };
    let draw = |command: Command| witnessed(command, lang);
    asked(command)
        .subcommand_negates_reqs(true)
        .arg(roll())
        .arg(
            one("seed", "TEXT", "试算的种子：同一个词，同样的编班", "the trial's seed: the same words, the same classes")
                .default_value("试算")
                .hide_default_value(true),
        )
        .arg(
            one("measure", "N", "换 N 个种子再编，量一量还剩多少随机", "draw N more times and measure how much chance is left")
                .value_parser(value_parser!(u32).range(2..=5000)),
        )
        .arg(one("out", "DIR", "把名册、公示名单、均衡报告写到这里", "write rolls, the masked list and the balance report here"))
        .subcommand(draw(asked(
            part("prepare", "固定名册和规则，给出派位编号", "fix roll and rule; gives the id of the draw")
                .arg(roll().required(true)),
        )))
        .subcommand(
            part("run", "编班并签名；再运行一次结果不变", "make the classes and sign them; run again, nothing changes")
                .arg(folder())
                .arg(roll()),
        )
        .subcommand(
            part("verify", "用封存的文件重新计算，逐个文件核对", "recompute from the sealed files, file by file").arg(folder()),
        )
        .subcommand(
            part(
                "except",
                "编班后调整一名学生：写明原因代码、依据和两个人",
                "move one pupil afterwards: with a reason, its ground and two persons",
            )
            .arg(folder())
            .arg(Arg::new("receipt").value_name("RECEIPT").required(true).help(pick(lang, "受理号", "the receipt")))
            .arg(one("to", "CLASS", "调到几班", "to which class").required(true).value_parser(value_parser!(u32)))
            .arg(one("reason", "CODE", "规则里的原因代码", "a reason of the rule").required(true))
            .arg(one("words", "TEXT", "依据：文书名称、编号", "the paper and its number").required(true))
            .arg(one("by", "NAME", "经办人", "who does it").required(true))
            .arg(one("second", "NAME", "第二人", "the second person").required(true)),
        )
        .subcommand(draw(
            part(
                "teachers",
                "班级定了以后，准备教师团队抽签",
                "once classes are fixed, prepare the draw of the teams of teachers",
            )
            .arg(folder())
            .arg(one("teams", "FILE", "教师团队：第一列每行一个", "the teams: one a row in the first column").required(true)),
        ))
        .subcommand(part("pairs", "教师团队抽签的结果：哪个团队带哪个班", "which team drew which class").arg(folder()))
}

fn run(call: &Call) -> Result<Exit, Failure> {
    let Some((part, matches)) = call.matches.subcommand() else { return trial(call) };
    let call = Call { matches, lang: call.lang, json: call.json, home: call.home.clone() };
    match part {
        "prepare" => prepare(&call),
        "run" => hold(&call),
        "verify" => verify(&call),
        "except" => except(&call),
        "teachers" => teachers(&call),
        _ => pairs(&call),
    }
}

fn stage(call: &Call) -> Result<Option<Stage>, Failure> {
    let Some(word) = call.text("stage") else { return Ok(None) };
    Stage::from_id(word).or_else(|| Stage::read(word)).map(Some).ok_or_else(|| {
        Failure::wrong_use(
            text!("--stage 后面的“{word}”不是学段", "`{word}` after --stage is no stage"),
            text!("写成 --stage primary 或 --stage junior", "write --stage primary or --stage junior"),
        )
    })
}

fn trial(call: &Call) -> Result<Exit, Failure> {
    let Some(roll) = call.text("roll") else {
        return Err(Failure::wrong_use(
            text!("没有名册", "there is no roll"),
            text!(
                "写成 junheng classes --roll 名册.xlsx --rules cn/classes",
                "write junheng classes --roll FILE --rules cn/classes"
            ),
        ));
    };
    let options = call.texts("use");
    let asked = app::ClassTrialAsked {
        roll: Path::new(roll),
        rules: call.text("rules").unwrap_or_default(),
        stage: stage(call)?,
        classes: call.matches.get_one("classes").copied(),
        options: &options,
        seed: call.text("seed").unwrap_or_default(),
        measure: call.matches.get_one("measure").copied().unwrap_or(0),
        out: call.text("out").map(Path::new),
        lang: call.lang,
    };
    let trial = match app::try_classes(&asked)? {
        Ok(trial) => trial,
        Err(findings) => return Ok(refused(call, &findings)),
    };
    if call.json {
        print::json(&trial);
    } else {
        say_trial(call, &trial);
    }
    Ok(if trial.unmet.is_empty() { Exit::Fine } else { Exit::Missed })
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

fn say_trial(call: &Call, trial: &ClassTrial) {
    print::findings(&trial.findings, call.lang);
    let (pupils, classes, stage) = (trial.pupils, trial.classes, trial.stage.title());
    let (stage_zh, stage_en) = (stage.zh, stage.en);
    call.say(text!(
        "试算：{stage_zh} {pupils} 人分 {classes} 个班",
        "a trial: {pupils} pupils ({stage_en}) in {classes} classes"
    ));
    let options: Vec<&str> = trial.options.iter().map(|option| option.get(call.lang)).collect();
    let options = options.join(text!("、", ", ").get(call.lang));
    call.say(text!("按规则均衡：{options}", "even in: {options}"));
    let (penalty, bound, exchanges, kicks) = (trial.penalty, trial.bound, trial.exchanges, trial.kicks);
    call.say(text!(
        "不均衡分 {penalty}（可证明不会低于 {bound}）；交换 {exchanges} 次，扰动 {kicks} 次",
        "penalty {penalty} (proven: never below {bound}); {exchanges} exchanges, {kicks} kicks"
    ));
    say_ways(call, &trial.ways);
    say_unmet(call, &trial.unmet);
    if let Some(chance) = &trial.chance {
        let (runs, distinct, bits, label) = (chance.runs, chance.distinct, chance.bits_at_least, chance.label_bits);
        call.say(text!(
            "再编 {runs} 次，{distinct} 种不同的编法：结果至少有 {bits:.1} 比特的随机（95 %）；每名学生进哪个班 {label:.2} 比特，各班机会相等",
            "drawn {runs} more times, {distinct} different compositions: at least {bits:.1} bits of chance (95 %); each pupil's class has {label:.2} bits, every class as likely"
        ));
        let (mean, most, lot, variance) =
            (100.0 * chance.together_mean, 100.0 * chance.together_most, 100.0 * chance.lot_together_most, chance.pair_variance);
        call.say(text!(
            "两名学生同班的机会平均 {mean:.2} %，最高 {most:.2} %（纯抽签最高 {lot:.2} %）；两两机会的差异是纯抽签的 {variance:.2} 倍",
            "two pupils are together in {mean:.2} % on average, {most:.2} % at most (lots alone {lot:.2} %); the variance over pairs is {variance:.2} times that of lots"
        ));
    }
    for path in &trial.written {
        call.say(text!("已写 {path}", "written: {path}"));
    }
}

fn say_ways(call: &Call, ways: &[app::BalanceWay]) {
    for way in ways {
        let (zh, en, penalty, smallest, largest) = (&way.way.zh, &way.way.en, way.penalty, way.smallest, way.largest);
        let uneven = way.counts.iter().map(|count| count.most - count.least).max().unwrap_or(0);
        let mut line = text!(
            "  {zh}：不均衡分 {penalty}，每班 {smallest}–{largest} 人，人数项最多相差 {uneven}",
            "  {en}: penalty {penalty}, {smallest} to {largest} a class, counts differ by {uneven} at most"
        );
        if let Some((gap, title)) =
            way.scores.iter().map(|score| (score.most - score.least, &score.title)).max_by(|a, b| a.0.total_cmp(&b.0))
        {
            let spread = way.scores.iter().map(|score| score.spread_gap).fold(0.0, f64::max);
            let more = text!(
                "，平均分最多相差 {gap:.3}（{title}），标准差最多相差 {spread:.2}",
                ", means differ by {gap:.3} at most ({title}), standard deviations by {spread:.2}"
            );
            line = facts::Text::new(line.zh + &more.zh, line.en + &more.en);
        }
        if way.parted > 0 {
            let parted = way.parted;
            let more = text!("，拆散多胞胎 {parted} 组", ", {parted} sets of twins parted");
            line = facts::Text::new(line.zh + &more.zh, line.en + &more.en);
        }
        call.say(line);
    }
}

fn say_unmet(call: &Call, unmet: &[String]) {
    for title in unmet {
        call.say(text!("✗ 没有能做到：{title}", "✗ could not be kept: {title}"));
    }
}

fn prepare(call: &Call) -> Result<Exit, Failure> {
    let options = call.texts("use");
    let asked = app::ClassesAsked {
        roll: Path::new(call.text("roll").unwrap_or_default()),
        rules: call.text("rules").unwrap_or_default(),
        stage: stage(call)?,
        classes: call.matches.get_one("classes").copied(),
        options: &options,
        draw: witnessed_draw(call),
    };
    let prepared = match app::prepare_classes(&call.home, &asked)? {
        Ok(prepared) => prepared,
        Err(findings) => return Ok(refused(call, &findings)),
    };
    if call.json {
        print::json(&prepared);
        return Ok(Exit::Fine);
    }
    print::findings(&prepared.findings, call.lang);
    let (pupils, classes, id, input, out) =
        (prepared.pupils, prepared.classes, &prepared.draw.id, &prepared.input, asked.draw.out.display());
    call.say(text!(
        "名册和规则已固定：{pupils} 人分 {classes} 个班。派位编号：{id}",
        "roll and rule are fixed: {pupils} pupils, {classes} classes. The draw's id: {id}"
    ));
    call.say(text!(
        "封存的输入（不公布，供核对）：{out}/input.txt，哈希 {input}",
        "the sealed input (for those who may check): {out}/input.txt, hash {input}"
    ));
    call.say(text!(
        "公布 {out} 里的 draw.txt、list.csv、rules.toml，再请见证人承诺、公开：junheng draw commit|reveal {out} …；然后 junheng classes run {out}",
        "publish draw.txt, list.csv and rules.toml of {out}, bind the witnesses and let them speak: junheng draw commit|reveal {out} …; then junheng classes run {out}"
    ));
    Ok(Exit::Fine)
}

fn hold(call: &Call) -> Result<Exit, Failure> {
    let folder = PathBuf::from(call.text("folder").unwrap_or_default());
    let held = app::hold_classes(&call.home, &folder, call.text("roll").map(Path::new), call.lang)?;
    let exit = if held.unmet.is_empty() { Exit::Fine } else { Exit::Missed };
    if call.json {
        print::json(&held);
        return Ok(exit);
    }
    let (pupils, classes, penalty, bound, seed, result, at) =
        (held.pupils, held.classes, held.penalty, held.bound, &held.seed, &held.result, folder.display());
    if held.before {
        call.say(text!("编班早已完成，结果不变", "the classes have been made before; they stay as they are"));
    }
    call.say(text!(
        "{pupils} 人分 {classes} 个班，不均衡分 {penalty}（可证明不会低于 {bound}）",
        "{pupils} pupils in {classes} classes, penalty {penalty} (proven: never below {bound})"
    ));
    say_ways(call, &held.ways);
    say_unmet(call, &held.unmet);
    call.say(text!("种子 {seed}", "seed {seed}"));
    call.say(text!("结果 {result}，已签名", "result {result}, signed"));
    for path in &held.written {
        call.say(text!("已写 {path}", "written: {path}"));
    }
    call.say(text!(
        "核对：junheng classes verify {at}，或 python3 checker/classes_check.py {at}",
        "check: junheng classes verify {at}, or python3 checker/classes_check.py {at}"
    ));
    Ok(exit)
}

fn verify(call: &Call) -> Result<Exit, Failure> {
    let findings = app::verify_classes(Path::new(call.text("folder").unwrap_or_default()))?;
    if call.json {
        print::json(&findings);
    } else if findings.is_empty() {
        call.say(text!(
            "全部重新算过：名册、规则、种子、编班、不均衡分一致，签名有效",
            "recomputed: roll, rule, seed, classes and penalty follow from each other, the signature is valid"
        ));
    } else {
        print::findings(&findings, call.lang);
    }
    Ok(if findings.is_empty() { Exit::Fine } else { Exit::Missed })
}

fn except(call: &Call) -> Result<Exit, Failure> {
    let text_of = |name: &str| call.text(name).unwrap_or_default();
    let asked = app::ClassMove {
        receipt: text_of("receipt"),
        to: call.matches.get_one("to").copied().unwrap_or(0),
        code: text_of("reason"),
        words: text_of("words"),
        by: text_of("by"),
        second: text_of("second"),
    };
    let moved = app::move_pupil(Path::new(text_of("folder")), &asked)?;
    if call.json {
        print::json(&moved);
    } else {
        call.say(moved.line());
    }
    Ok(Exit::Fine)
}

fn teachers(call: &Call) -> Result<Exit, Failure> {
    let (folder, teams) = (call.text("folder").unwrap_or_default(), call.text("teams").unwrap_or_default());
    let asked = witnessed_draw(call);
    let prepared = match app::prepare_teams(&call.home, Path::new(folder), Path::new(teams), &asked)? {
        Ok(prepared) => prepared,
        Err(findings) => return Ok(refused(call, &findings)),
    };
    if call.json {
        print::json(&prepared);
        return Ok(Exit::Fine);
    }
    let (id, out) = (&prepared.id, asked.out.display());
    call.say(text!("教师团队抽签已固定。派位编号：{id}", "the draw of the teams is fixed. The draw's id: {id}"));
    call.say(text!(
        "见证人承诺、公开后：junheng draw run {out}，再看 junheng classes pairs {out}",
        "when the witnesses have spoken: junheng draw run {out}, then junheng classes pairs {out}"
    ));
    Ok(Exit::Fine)
}

fn pairs(call: &Call) -> Result<Exit, Failure> {
    let pairs = app::pair_teams(Path::new(call.text("folder").unwrap_or_default()))?;
    if call.json {
        print::json(&pairs);
        return Ok(Exit::Fine);
    }
    for pair in &pairs {
        let (class, team) = (&pair.class, &pair.team);
        call.say(text!("{class}  {team}", "{class}  {team}"));
    }
    Ok(Exit::Fine)
}
