use std::sync::LazyLock;

use facts::{Text, text};

use super::Derivation;
use crate::clean;

/// Declares derivations that take letters from a word: name, id, what it is about, what it does.
macro_rules! letters {
    ($($name:ident, $id:literal, $zh:literal, $en:literal, $derive:expr;)*) => {$(
        #[derive(Debug)]
        pub(super) struct $name;

        impl Derivation for $name {
            fn id(&self) -> &'static str {
                $id
            }

            fn about(&self) -> Text {
                text!($zh, $en)
            }

            fn derive(&self, word: &str, n: usize, out: &mut String) {
                let derive: fn(&str, usize, &mut String) = $derive;
                derive(word, n, out);
            }
        }
    )*};
}

letters! {
    County, "county", "地址中的县", "the county of an address", |word, _, out| out.push_str(&clean::address_parts(word)[0]);
    First, "first", "前 n 个字", "the first n characters", |word, n, out| out.extend(word.chars().take(n.max(1)));
    Given, "given", "名（去掉姓）", "the given name", |word, _, out| out.push_str(&word[surname_len(word)..]);
    Group, "group", "地址中的村民小组", "the villagers' group of an address", |word, _, out| out.push_str(&clean::address_parts(word)[3]);
    Last, "last", "后 n 个字", "the last n characters", |word, n, out| {
        let skip = word.chars().count().saturating_sub(n.max(1));
        out.extend(word.chars().skip(skip));
    };
    Sorted, "sorted", "不计先后的各个字", "its characters without their order", |word, _, out| {
        let mut chars: Vec<char> = word.chars().filter(|c| !c.is_whitespace()).collect();
        chars.sort_unstable();
        out.extend(chars);
    };
    Surname, "surname", "姓（含复姓）", "the surname", |word, _, out| out.push_str(word[..surname_len(word)].trim_end());
    Town, "town", "地址中的乡镇", "the town of an address", |word, _, out| out.push_str(&clean::address_parts(word)[1]);
    Variants, "variants", "繁体、异体字归一", "with traditional and variant characters folded", |word, _, out| out.extend(word.chars().map(fold_variants));
    Village, "village", "地址中的村", "the village of an address", |word, _, out| out.push_str(&clean::address_parts(word)[2]);
}

/// Surnames of two characters, those that a register of a million people has.
const COMPOUND: &[&str] = &[
    "欧阳", "上官", "司徒", "诸葛", "司马", "皇甫", "东方", "慕容", "尉迟", "公孙", "令狐", "夏侯", "端木", "轩辕", "长孙",
    "宇文", "闻人", "澹台", "公冶", "宗政", "濮阳", "淳于", "单于", "太叔", "申屠", "仲孙", "钟离", "鲜于", "闾丘", "司空",
    "呼延", "南宫", "西门", "独孤", "第五", "百里",
];

/// How many bytes of a name are its surname; for a name in Latin script, its first word.
pub(crate) fn surname_len(name: &str) -> usize {
    if let Some(at) = name.find(' ') {
        return at + 1;
    }
    if let Some(compound) = COMPOUND.iter().find(|compound| name.starts_with(**compound)) {
        return compound.len();
    }
    name.chars().next().map_or(0, |first| if clean::is_han(first) { first.len_utf8() } else { name.len() })
}

/// Traditional and variant characters of names, each before the one that registers use.
const VARIANTS: &str = "陳陈張张劉刘楊杨趙赵黃黄吳吴孫孙馬马羅罗鄭郑謝谢韓韩馮冯於于蕭肖萧肖許许傅付鄧邓呂吕蘇苏盧卢蔣蒋賈贾葉叶閻阎閆阎闫阎餘余戴代鍾钟锺钟薑姜範范陸陆龍龙萬万\
    錢钱湯汤賴赖龔龚顧顾郤郄單单齊齐莊庄嚴严盤盘魯鲁韋韦鄔邬鄒邹鄺邝遲迟陽阳隨随關关項项顏颜龐庞寧宁甯宁鳳凤蘭兰麗丽華华國国偉伟強强彊强軍军傑杰濤涛飛飞東东興兴榮荣貴贵發发財财寶宝軒轩凱凯曉晓\
    夢梦瑤瑶穎颖頴颖慶庆義义藝艺藹蔼瑩莹潔洁紅红綺绮綉绣繡绣縈萦維维綱纲緒绪紹绍絲丝線线錦锦鋒锋銘铭鋼钢銀银鈴铃鎮镇鑑鉴鑒鉴鐵铁鏡镜鳴鸣鶴鹤鵬鹏鴻鸿鷹鹰鸞鸾燕燕學学實实導导屬属巖岩嶽岳峯峰崑昆崙仑\
    對对爾尔歲岁歷历壽寿聖圣聲声聰聪聯联職职書书會会來来倫伦億亿優优儀仪備备傳传勝胜勛勋勳勋勵励勞劳區区協协卻却厲厉雙双號号嘯啸園园圓圆團团坤坤垚尧堯尧執执報报場场墾垦壘垒奮奋奧奥妝妆婭娅媛媛嬌娇嬋婵孃娘\
    愛爱應应憶忆懷怀慧慧戀恋戰战撫抚攝摄數数敵敌斕斓曇昙昇升陞升時时曆历樂乐樹树橋桥橫横權权歡欢歐欧殿殿氣气沖冲決决涇泾淵渊淺浅渙涣湧涌溫温滿满漢汉潤润澤泽澗涧濱滨瀅滢瀟潇瀾澜灃沣煒炜煥焕燁烨燦灿爍烁\
    爲为為为獎奖獻献現现瑋玮環环瓊琼璦瑷畫画當当畢毕畧略盡尽監监礪砺禎祯禮礼禕祎祿禄稱称種种積积穩稳穀谷競竞筆笔節节範范簡简紀纪純纯紋纹結结綠绿緣缘縱纵織织繼继續续羣群翹翘聞闻肅肃脈脉臨临舉举艷艳艶艳蓮莲\
    蓋盖薇薇薩萨藍蓝蘊蕴虛虚蟬蝉衆众衛卫裝装見见規规視视覺觉覽览觀观訓训記记設设詠咏詩诗話话誠诚語语說说諒谅論论諾诺謀谋謙谦講讲證证識识譽誉讀读讓让賀贺資资賓宾賜赐賢贤質质贊赞讚赞趙赵躍跃車车軼轶載载輝辉\
    辰辰農农連连進进運运達达遠远適适選选遼辽邁迈還还郵邮鄉乡醫医釗钊鈞钧鉅钜鋭锐銳锐錄录錚铮鍇锴鐘钟長长門门開开閔闵間间闊阔陣阵隊队階阶際际險险隱隐雋隽雲云電电霽霁靈灵靜静韻韵響响頂顶順顺預预領领頡颉願愿\
    顯显風风飄飘養养馥馥駒驹駿骏騁骋騏骐騰腾驍骁驕骄驗验驥骥魚鱼鮮鲜鯤鲲鳥鸟點点黨党齡龄兒儿亞亚陝陕專专業业叢丛絳绛緯纬縝缜璽玺喆哲淼淼堃坤邨村犇奔皞皓暤皓曌照勗勖琍莉蒞莅菓果銹锈煊暄";

static VARIANT_OF: LazyLock<Vec<(char, char)>> = LazyLock::new(|| {
    let chars: Vec<char> = VARIANTS.chars().collect();
    let mut pairs: Vec<(char, char)> = chars.chunks_exact(2).map(|pair| (pair[0], pair[1])).filter(|(a, b)| a != b).collect();
    pairs.sort_unstable();
    pairs.dedup_by_key(|(from, _)| *from);
    pairs
});

/// The character that stands for a traditional or variant one.
pub(crate) fn fold_variants(c: char) -> char {
    match VARIANT_OF.binary_search_by_key(&c, |(from, _)| *from) {
        Ok(at) => VARIANT_OF[at].1,
        Err(_) => c,
    }
}

/// Every character that is a variant or has one.
pub(crate) fn variant_characters() -> impl Iterator<Item = char> {
    VARIANT_OF.iter().flat_map(|(from, to)| [*from, *to])
}
