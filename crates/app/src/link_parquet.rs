//! Registers and links as Parquet files, in builds that have the feature `parquet`.

use std::path::Path;

#[cfg(not(feature = "parquet"))]
pub(crate) use absent::{can_write, links, read};
#[cfg(feature = "parquet")]
pub(crate) use built::{can_write, links, read};

/// Whether a file is named or begins as one of Parquet.
pub(crate) fn is_parquet(path: &Path) -> bool {
    use std::io::Read as _;
    let mut begin = [0; 4];
    let named = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("parquet"));
    named || std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut begin)).is_ok() && begin == *b"PAR1"
}

/// What a build without the feature says.
#[cfg(not(feature = "parquet"))]
mod absent {
    use std::path::Path;

    use facts::{Lang, text};
    use linkage::{Linked, Pair, Records, Table};

    use crate::Failure;

    fn not_built() -> Failure {
        Failure::wrong_use(
            text!("这个版本没有编入 Parquet", "this build has no Parquet"),
            text!(
                "用 .csv 或 .xlsx；或自行编译：cargo build --release -p junheng --features parquet",
                "use .csv or .xlsx; or build it: cargo build --release -p junheng --features parquet"
            ),
        )
    }

    pub(crate) fn read(_path: &Path, _name: &str, _wanted: Option<&[String]>) -> Result<Table, Failure> {
        Err(not_built())
    }

    pub(crate) fn can_write() -> Result<(), Failure> {
        Err(not_built())
    }

    pub(crate) fn links(_pairs: &[&Pair], _records: &Records, _linked: &Linked, _lang: Lang) -> Result<Vec<u8>, Failure> {
        Err(not_built())
    }
}

#[cfg(feature = "parquet")]
mod built {
    use std::fs::File;
    use std::path::Path;
    use std::sync::Arc;

    use facts::{Lang, Text, text};
    use linkage::{Linked, Pair, Records, Table};
    use parquet::basic::Compression;
    use parquet::data_type::{ByteArray, ByteArrayType, DoubleType};
    use parquet::errors::ParquetError;
    use parquet::file::properties::WriterProperties;
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::file::writer::SerializedFileWriter;
    use parquet::record::Field;
    use parquet::schema::parser::parse_message_type;

    use crate::Failure;
    use crate::link_output::{person, state};

    /// Reads the columns that are wanted, or all, as words: a day as 2015-09-01, a whole number without decimals.
    pub(crate) fn read(path: &Path, name: &str, wanted: Option<&[String]>) -> Result<Table, Failure> {
        let failed = |error: ParquetError| {
            Failure::wrong_use(
                text!("{name} 不是完好的 Parquet 文件：{error}", "{name} is no sound Parquet file: {error}"),
                text!(
                    "未压缩或 snappy 压缩的都可以；其他的另存为 .csv",
                    "files without compression or with snappy are read; save others as .csv"
                ),
            )
        };
        let file = File::open(path).map_err(|error| Failure::io(text!("读取要比对的表", "read the register"), path, &error))?;
        let reader = SerializedFileReader::new(file).map_err(failed)?;
        let schema = reader.metadata().file_metadata().schema();
        let heads: Vec<String> = schema.get_fields().iter().map(|field| field.name().to_string()).collect();
        let is_wanted = |head: &&String| wanted.is_none_or(|wanted| wanted.contains(head));
        let kept: Vec<&str> = heads.iter().filter(is_wanted).map(String::as_str).collect();
        let mut next = 0;
        let place: Vec<Option<usize>> = heads.iter().map(|head| is_wanted(&head).then(|| (next, next += 1).0)).collect();
        let mut table = Table::new(name, &kept);
        for row in reader.get_row_iter(None).map_err(failed)? {
            for ((_, field), at) in row.map_err(failed)?.get_column_iter().zip(&place) {
                if let Some(at) = at {
                    table.put(*at, &word(field));
                }
            }
            table.end_row();
        }
        Ok(table)
    }

    fn word(field: &Field) -> String {
        match field {
            Field::Null => String::new(),
            Field::Str(words) => words.clone(),
            Field::Bytes(bytes) => String::from_utf8_lossy(bytes.data()).into_owned(),
            Field::Float(number) => number.to_string(),
            // A column of numbers with gaps is one of fractions in many tools.
            Field::Double(number) => number.to_string(),
            other => other.to_string(),
        }
    }

    pub(crate) fn can_write() -> Result<(), Failure> {
        Ok(())
    }

    /// The links as a Parquet file.
    pub(crate) fn links(pairs: &[&Pair], records: &Records, linked: &Linked, lang: Lang) -> Result<Vec<u8>, Failure> {
        written(pairs, records, linked, lang).map_err(|error| {
            Failure::prevented(text!("写出 Parquet 失败：{error}", "Parquet could not be written: {error}"), Text::new("", ""))
        })
    }

    fn written(pairs: &[&Pair], records: &Records, linked: &Linked, lang: Lang) -> Result<Vec<u8>, ParquetError> {
        let within = linked.clusters.is_some();
        let person_line = if within { "REQUIRED BYTE_ARRAY person (UTF8);" } else { "" };
        let schema = format!(
            "message links {{ REQUIRED BYTE_ARRAY left (UTF8); REQUIRED BYTE_ARRAY right (UTF8); REQUIRED DOUBLE probability; REQUIRED DOUBLE weight_log2; REQUIRED BYTE_ARRAY state (UTF8); {person_line} }}"
        );
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let mut writer = SerializedFileWriter::new(Vec::new(), Arc::new(parse_message_type(&schema)?), Arc::new(properties))?;
        let mut group = writer.next_row_group()?;
        let words = |of: &dyn Fn(&Pair) -> String| -> Vec<ByteArray> {
            pairs.iter().map(|pair| ByteArray::from(of(pair).into_bytes())).collect()
        };
        let mut columns: Vec<Result<Vec<ByteArray>, Vec<f64>>> = vec![
            Ok(words(&|pair| records.id(pair.left).to_string())),
            Ok(words(&|pair| records.id(pair.right).to_string())),
            Err(pairs.iter().map(|pair| pair.probability).collect()),
            Err(pairs.iter().map(|pair| pair.log_odds / std::f64::consts::LN_2).collect()),
            Ok(words(&|pair| state(pair.state).get(lang).to_string())),
        ];
        if within {
            columns.push(Ok(words(&|pair| person(pair, records, linked).unwrap_or_default().to_string())));
        }
        for column in columns {
            let Some(mut writer) = group.next_column()? else { break };
            match column {
                Ok(words) => writer.typed::<ByteArrayType>().write_batch(&words, None, None)?,
                Err(numbers) => writer.typed::<DoubleType>().write_batch(&numbers, None, None)?,
            };
            writer.close()?;
        }
        group.close()?;
        writer.into_inner()
    }

    #[cfg(test)]
    mod tests {
        use std::ops::ControlFlow;

        use super::*;

        #[test]
        fn links_come_back_from_a_file() {
            let toml = "id = { from = \"no\" }\ncolumn = [{ name = \"name\", kind = \"name\", from = \"name\" }]\nblock = [{ on = [\"name\"] }]\ncompare = [{ title = \"name\", levels = [\"same(name)\"] }]";
            let settings = linkage::read_settings("s.toml", toml).0.unwrap();
            let table = |side: &str| {
                let mut table = Table::new(side, &["no", "name"]);
                (0..50).for_each(|n| table.push(&[format!("{side}{n}"), format!("人{n}")]));
                table
            };
            let (records, _) = Records::new(table("a"), Some(table("b")), &settings);
            let linked = linkage::link(&records, &settings, &[], &mut |_| ControlFlow::Continue(())).unwrap();
            let pairs: Vec<&Pair> = linked.pairs.iter().collect();
            assert!(pairs.len() >= 50);
            let bytes = links(&pairs, &records, &linked, Lang::En).unwrap();
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("links.parquet");
            std::fs::write(&path, &bytes).unwrap();
            assert!(super::super::is_parquet(&path));
            let read_back = read(&path, "links.parquet", None).unwrap();
            assert_eq!(read_back.heads(), ["left", "right", "probability", "weight_log2", "state"]);
            assert_eq!((read_back.len(), read_back.cell(0, 4)), (pairs.len(), state(pairs[0].state).get(Lang::En)));
            assert_eq!(read_back.cell(3, 0)[1..], read_back.cell(3, 1)[1..]);
            let some = read(&path, "links.parquet", Some(&["right".to_string()])).unwrap();
            assert_eq!(some.heads(), ["right"]);
            std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
            assert!(read(&path, "links.parquet", None).is_err());
        }
    }
}
