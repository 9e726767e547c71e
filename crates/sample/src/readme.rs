//! `README.txt`: what lies where, for whoever opens the folder.

use crate::messy;
use crate::truth::Truth;

pub(crate) fn readme(truth: &Truth) -> String {
    let years: Vec<&str> = truth.years.iter().map(|year| year.year.as_str()).collect();
    let latest = truth.years.last();
    let pupils: u32 = latest.map_or(0, |year| year.pupils.values().sum());
    let units = latest.map_or(0, |year| year.units);
    let mut words = format!(
        "{name}样例数据（虚构）\n\n\
         本文件夹中的{name}、示例州以及所有学校、教师、学生、证件号、电话都是程序生成的，与任何真实的地方和个人无关。\n\
         种子 {seed}：同一种子生成的每个字节都相同。全市常住人口 {people} 人，{towns} 个乡级单位，{villages} 个村级单位；\n\
         最近一个学年有 {units} 个学校、校区、教学点和附设班，在校生 {pupils} 人。\n\n\
         一、{years}：每个学年一个文件夹\n\
         \u{3000}统计报表/　每所学校一本，教基 1001、1102、2106/2107、3112/3115（高中 3118）、4149、4153、4155/4156、5170、5176\n\
         \u{3000}学籍/　　　学生名册，按乡镇；多数是 GB18030 编码的 CSV，有两个乡镇是手工整理的 .xls\n\
         \u{3000}班级/　　　班级情况表（.xls，有标题、填表说明、两层表头、小计和合计）\n\
         \u{3000}教职工/　　教职工名册（.xlsx）\n\
         \u{3000}区划.csv、经费.xlsx（万元）、专用教室.xlsx、申报值.xlsx、学校安全与宿舍.csv；最近一年还有课程安排.csv（每班每科的课时和任课教师）\n\
         \u{3000}梨树乡.zip　梨树乡把自己的全部表册打成了一个压缩包\n\n\
         二、{messy}：故意弄错的文件，每个文件或文件夹单独试，错在哪里记在 truth.json 的 messy 里\n",
        name = truth.county_name,
        seed = truth.seed,
        people = truth.people,
        towns = truth.townships,
        villages = truth.villages,
        years = years.join("、"),
        messy = messy::FOLDER,
    );
    for mess in &truth.messy {
        let place = [mess.sheet.as_str(), mess.cell.as_str()].into_iter().filter(|part| !part.is_empty());
        let place = place.collect::<Vec<_>>().join(" ");
        let place = if place.is_empty() { String::new() } else { format!("（{place}）") };
        words.push_str(&format!("\u{3000}{}{place}：{}\n", mess.file, mess.words));
    }
    words.push_str("\n三、登记册：人口登记、户籍、出勤、脱贫户和监测对象、资助名单（junheng import 登记册，再 junheng ledgers）；新名单：后来识别的监测对象\n\n四、新生入学：一个乡的招生计划、报名表、路程，初一编班名册和教师团队（junheng admit、junheng classes，或控制台“派位”页）；名称带“待核”的故意有错\n\n五、truth.json：各年学校、学生、教师的真实数目，历年变化，以及上述错误的清单，供核对和测试；truth-registers.csv：每个儿童的真实情况和它在各登记册中的行\n");
    words
}
