//! The sheets on buildings, grounds, books and equipment.

use super::{Form, marks};
use crate::county::round;
use crate::sheet::Sheet;

impl Form<'_> {
    pub(super) fn buildings(&self) -> Sheet {
        let stock = &self.school.stock;
        let mut sheet = self.sheet("教基5170", "校舍", "校舍建筑面积", "平方米", 'F');
        sheet.merge((3, 'A'), (6, 'A'), "");
        sheet.merge((3, 'B'), (6, 'B'), "编号");
        sheet.merge((3, 'C'), (3, 'F'), "学校产权校舍建筑面积");
        sheet.merge((4, 'C'), (6, 'C'), "计");
        sheet.merge((4, 'D'), (4, 'F'), "其中");
        for (column, head) in ('D'..).zip(["危房", "当年新增", "被外单位借用"]) {
            sheet.merge((5, column), (6, column), head);
        }
        marks(&mut sheet, 7, 4);
        let rooms = stock.teaching - stock.indoor_sports;
        let (ordinary, special) = (cents(rooms * 0.58), cents(rooms * 0.24));
        let (public, library, counselling) = (cents(rooms * 0.07), cents(rooms * 0.06), cents(rooms * 0.01));
        let other = cents(rooms - ordinary - special - public - library - counselling);
        let office = cents((stock.building - stock.teaching) * 0.3);
        let living = cents((stock.building - stock.teaching) * 0.6);
        let rest = cents(stock.building - stock.teaching - office - living);
        let lines = [
            ("总计", stock.building),
            ("其中：危房", 0.0),
            ("教学及辅助用房", stock.teaching),
            ("普通教室", ordinary),
            ("专用教室", special),
            ("公共教学用房", public),
            ("图书阅览室", library),
            ("心理辅导室", counselling),
            ("其他教辅用房", other),
            ("室内体育用房", stock.indoor_sports),
            ("行政办公用房", office),
            ("生活用房", living),
            ("其他用房", rest),
        ];
        for (n, (label, area)) in lines.into_iter().enumerate() {
            sheet.set(8 + n, 'A', label);
            sheet.set(8 + n, 'B', format!("{:02}", n + 1));
            sheet.set(8 + n, 'C', area);
        }
        sheet
    }

    pub(super) fn conditions(&self) -> Sheet {
        let (school, stock) = (self.school, &self.school.stock);
        let mut sheet = self.sheet("教基5176", "办学条件", "其他办学条件", "见表内", 'E');
        for (column, head) in ('A'..).zip(["", "编号", "计量单位", "数量", "其中：当年新增"]) {
            sheet.merge((3, column), (4, column), head);
        }
        for (column, mark) in ('A'..).zip(["甲", "乙", "丙", "1", "2"]) {
            sheet.set(5, column, mark);
        }
        let classrooms = school.parts.iter().map(|part| part.classes.len()).sum::<usize>() as f64 + f64::from(stock.multimedia);
        let lines = [
            ("占地面积", "平方米", stock.land),
            ("运动场地面积", "平方米", stock.field),
            ("绿化用地面积", "平方米", cents(stock.land * 0.21)),
            ("足球场", "个", if stock.field > 5000.0 { 1.0 } else { 0.0 }),
            ("篮球场", "个", (stock.field / 1800.0).floor()),
            ("排球场", "个", (stock.field / 4000.0).floor()),
            ("图书", "册", f64::from(stock.books)),
            ("数字资源量", "GB", (f64::from(stock.books) * 0.02).floor()),
            ("数字终端", "台", (f64::from(stock.computers) * 1.3).ceil()),
            ("教学用计算机", "台", f64::from(stock.computers)),
            ("教室", "间", classrooms),
            ("网络多媒体教室", "间", f64::from(stock.multimedia)),
            ("固定资产总值", "万元", cents(stock.building * 0.21 + stock.equipment_wan)),
            ("教学仪器设备资产值", "万元", stock.equipment_wan),
        ];
        for (n, (label, unit, value)) in lines.into_iter().enumerate() {
            sheet.set(6 + n, 'A', label);
            sheet.set(6 + n, 'B', format!("{:02}", n + 1));
            sheet.set(6 + n, 'C', unit);
            sheet.set(6 + n, 'D', value);
            if matches!(label, "图书" | "教学仪器设备资产值") {
                sheet.set(6 + n, 'E', cents((value * 0.035).floor()));
            }
        }
        sheet
    }
}

fn cents(number: f64) -> f64 {
    round(number, 2)
}
