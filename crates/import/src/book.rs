use facts::text;

use crate::delimited::Delimited;
use crate::fault::Fault;
use crate::html::Html;
use crate::ods::Ods;
use crate::rows::{Batch, Emit};
use crate::sniff::{Looks, looks};
use crate::source;
use crate::xls::Xls;
use crate::xlsx::Xlsx;

/// A file as sheets of rows, whatever its format; rows come as a stream, and nothing of a sheet is kept.
#[derive(Debug)]
pub(crate) enum Book<'a> {
    Delimited(Delimited<'a>),
    Html(Html<'a>),
    Ods(Ods<'a>),
    Xls(Xls),
    Xlsx(Xlsx<'a>),
}

impl<'a> Book<'a> {
    /// Opens a file by what it is. A file that is something else than its name says is read all the same, with a remark.
    pub(crate) fn open(bytes: &'a [u8], name: &str) -> Result<(Book<'a>, Vec<Fault>), Fault> {
        let is = looks(bytes);
        let book = match is {
            Looks::Text => Book::Delimited(Delimited::open(bytes)?),
            Looks::Html => Book::Html(Html::open(bytes)),
            Looks::Ods => Book::Ods(Ods::open(bytes)?),
            Looks::Xls => Book::Xls(Xls::open(bytes)?),
            Looks::Xlsx => Book::Xlsx(Xlsx::open(bytes)?),
            Looks::EncryptedOffice => return Err(source::encrypted()),
            Looks::Empty => return Err(empty()),
            other => return Err(no_table(other, name)),
        };
        Ok((book, misnamed(is, name).into_iter().collect()))
    }

    /// The names of the sheets, in order. A text file is one sheet without a name.
    pub(crate) fn sheets(&self) -> Vec<String> {
        match self {
            Book::Delimited(_) => vec![String::new()],
            Book::Html(html) => html.sheets(),
            Book::Ods(ods) => ods.sheets().to_vec(),
            Book::Xls(xls) => xls.sheets().to_vec(),
            Book::Xlsx(xlsx) => xlsx.sheets(),
        }
    }

    /// Reads a sheet from its top until the end or until `emit` says stop. What it had to leave out comes back as faults.
    pub(crate) fn read(&mut self, sheet: usize, emit: &mut Emit<'_>) -> Result<Vec<Fault>, Fault> {
        match self {
            Book::Delimited(delimited) => delimited.read(emit),
            Book::Html(html) => html.read(sheet, emit),
            Book::Ods(ods) => ods.read(sheet, emit),
            Book::Xls(xls) => xls.read(sheet, emit),
            Book::Xlsx(xlsx) => xlsx.read(sheet, emit),
        }
    }
}

/// The first rows of the first sheet: enough for a small table.
pub(crate) fn first_grid(bytes: &[u8], name: &str) -> Result<Batch, Fault> {
    const ROWS_MAX: usize = 20_000;
    let (mut book, _) = Book::open(bytes, name)?;
    let mut grid = Batch::default();
    book.read(0, &mut |batch| {
        batch.rows().for_each(|row| grid.append(row));
        (grid.len() < ROWS_MAX).then(Batch::default)
    })?;
    Ok(grid)
}

fn empty() -> Fault {
    Fault::new("file-empty", text!("文件是空的", "the file is empty"), text!("重新导出或拷贝这个文件", "export or copy it again"))
}

fn no_table(is: Looks, name: &str) -> Fault {
    let title = is.title();
    let (zh, en) = (&title.zh, &title.en);
    if !claims_table(name) && is != Looks::Xlsb {
        return Fault::new(
            "file-not-a-table",
            text!("这是{zh}，不是表格，未读取", "this is {en}, not a table; it was not read"),
            text!("如果其中有要导入的数据，另存为 .xlsx 或 .csv", "if it holds data to import, save them as .xlsx or .csv"),
        )
        .note();
    }
    let hint = match is {
        Looks::Xlsb | Looks::XmlSpreadsheet | Looks::OtherCompound => {
            text!("用 Excel 或 WPS 打开，另存为 .xlsx", "open it in Excel or WPS and save it as .xlsx")
        }
        Looks::OtherArchive => text!("解压后导入里面的文件，或改用 zip", "unpack it and import what is inside, or use zip"),
        _ => text!(
            "找到原来的表格文件，存为 .xlsx、.xls、.ods 或 .csv",
            "find the original table and save it as .xlsx, .xls, .ods or .csv"
        ),
    };
    Fault::new(
        "file-is-something-else",
        text!("文件名像表格，内容却是{zh}，无法读取", "it is named like a table but is {en}, which cannot be read"),
        hint,
    )
}

fn misnamed(is: Looks, name: &str) -> Option<Fault> {
    let expected: &[&str] = match is {
        Looks::Xlsx => &["xlsx", "xlsm", "xltx"],
        Looks::Xls => &["xls", "xlt", "et"],
        Looks::Ods => &["ods", "ots"],
        Looks::Text => &["csv", "tsv", "txt", "tab"],
        _ => &[],
    };
    if !claims_table(name) || expected.contains(&extension(name).as_str()) {
        return None;
    }
    let title = is.title();
    let (zh, en) = (&title.zh, &title.en);
    let fault = Fault::new(
        "file-misnamed",
        text!("文件扩展名与内容不符，实际是{zh}，已照实际内容读取", "its name does not tell what it is: it was read as {en}"),
        text!("核对下面的行数；以后导出时选用正确的格式", "check the number of rows; choose the right format when exporting"),
    );
    Some(fault.note())
}

/// Whether a file's name says that it is a table.
pub(crate) fn claims_table(name: &str) -> bool {
    const TABLES: &[&str] = &["csv", "et", "ods", "tsv", "xls", "xlsb", "xlsm", "xlsx"];
    TABLES.contains(&extension(name).as_str())
}

fn extension(name: &str) -> String {
    name.rsplit_once('.').map(|(_, extension)| extension.to_lowercase()).unwrap_or_default()
}
