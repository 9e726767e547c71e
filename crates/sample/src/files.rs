//! Which files the county has, what is in them, and how they come onto the disk.

use std::fs;
use std::io::{self, Cursor, Write};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::biff::xls;
use crate::county::{County, CountyYear, School};
use crate::plan::{LATEST, XLS_ROLL_TOWNS, ZIPPED_TOWN, township_name};
use crate::sheet::{csv, gb18030, xlsx};
use crate::{declarations, figures, lists, rolls, statistics, timetable};

/// A file that is made when it is wanted, so that the whole county is never in memory at once.
pub(crate) struct Document<'a> {
    /// Below the folder of the sample, with `/`.
    pub path: String,
    /// The import form it is for.
    pub form: &'static str,
    pub make: Box<dyn Fn() -> io::Result<Vec<u8>> + Send + Sync + 'a>,
}

pub(crate) fn document<'a>(
    path: impl Into<String>,
    form: &'static str,
    make: impl Fn() -> io::Result<Vec<u8>> + Send + Sync + 'a,
) -> Document<'a> {
    Document { path: path.into(), form, make: Box::new(make) }
}

/// The files of a school year, as the townships and the bureau hand them in.
pub(crate) fn year_documents<'a>(county: &'a County, year: &'a CountyYear) -> Vec<Document<'a>> {
    let id = year.year.id();
    let mut documents = vec![
        document(format!("{id}/区划.csv"), "division-tree", || Ok(gb18030(&csv(&lists::divisions(county, year))))),
        document(format!("{id}/经费.xlsx"), "finance-lines", || xlsx(&[lists::finance(county, year)])),
        document(format!("{id}/专用教室.xlsx"), "room-list", || xlsx(&[lists::rooms(year)])),
        document(format!("{id}/学校安全与宿舍.csv"), "school-figures", || {
            Ok(gb18030(&csv(&figures::safety(county, year))))
        }),
        document(format!("{id}/申报值.xlsx"), "declarations", || xlsx(&[declarations::declarations(county, year)])),
    ];
    // The bureau began to collect timetables in the latest year.
    if year.year.start() == LATEST {
        documents
            .push(document(format!("{id}/课程安排.csv"), "timetable", || Ok(gb18030(&csv(&timetable::timetable(year))))));
    }
    for town in &county.townships {
        let schools: Vec<&School> = year.schools.iter().filter(|school| school.town == town.index).collect();
        if schools.is_empty() {
            continue;
        }
        let name = township_name(town.index, year.year.start());
        if town.index == ZIPPED_TOWN {
            let inner = township_documents(county, year, town.index, name, schools, name);
            documents.push(document(format!("{id}/{name}.zip"), "zip", move || zipped(&inner)));
        } else {
            documents.extend(township_documents(county, year, town.index, name, schools, &id));
        }
    }
    documents
}

fn township_documents<'a>(
    county: &'a County,
    year: &'a CountyYear,
    town: usize,
    name: &'static str,
    schools: Vec<&'a School>,
    folder: &str,
) -> Vec<Document<'a>> {
    let mut documents: Vec<Document> = Vec::new();
    for school in &schools {
        let school: &School = school;
        let path = format!("{folder}/统计报表/{}.xlsx", school.name);
        documents.push(document(path, "statistics-workbook", || xlsx(&statistics::workbook(county, year.year, school))));
    }
    let (for_pupils, for_classes, for_staff) = (schools.clone(), schools.clone(), schools);
    if XLS_ROLL_TOWNS.contains(&town) {
        let make = move || xls(&[rolls::pupils_kept_by_hand(county, year.year, &for_pupils, name)]);
        documents.push(document(format!("{folder}/学籍/{name}.xls"), "pupil-roll", make));
    } else {
        let make = move || Ok(gb18030(&csv(&rolls::pupils(county, year.year, &for_pupils))));
        documents.push(document(format!("{folder}/学籍/{name}.csv"), "pupil-roll", make));
    }
    let make = move || xls(&[rolls::classes(county, year.year, &for_classes, name)]);
    documents.push(document(format!("{folder}/班级/{name}.xls"), "class-roll", make));
    let make = move || xlsx(&[rolls::staff(year.year, &for_staff, name)]);
    documents.push(document(format!("{folder}/教职工/{name}.xlsx"), "staff-roll", make));
    documents
}

fn zipped(documents: &[Document]) -> io::Result<Vec<u8>> {
    let mut entries = Vec::new();
    for document in documents {
        entries.push((document.path.as_str(), (document.make)()?));
    }
    zip_of(&entries)
}

/// One zip, its entries all dated 1 January 1980, the first day a zip knows.
pub(crate) fn zip_of(entries: &[(&str, Vec<u8>)]) -> io::Result<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().last_modified_time(zip::DateTime::default()).unix_permissions(0o644);
    for (path, bytes) in entries {
        zip.start_file(*path, options)?;
        zip.write_all(bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}

/// Makes and writes the documents, on as many threads as the machine offers; which thread makes which leaves no trace.
pub(crate) fn write_documents(out: &Path, documents: &[Document]) -> io::Result<()> {
    for document in documents {
        if let Some(folder) = out.join(&document.path).parent() {
            fs::create_dir_all(folder)?;
        }
    }
    let next = AtomicUsize::new(0);
    let work = || -> io::Result<()> {
        while let Some(document) = documents.get(next.fetch_add(1, Ordering::Relaxed)) {
            fs::write(out.join(&document.path), (document.make)()?)?;
        }
        Ok(())
    };
    let threads = std::thread::available_parallelism().map_or(1, |threads| threads.get().min(8));
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            worker.join().map_err(|_| io::Error::other("a thread that writes the sample stopped early"))??;
        }
        Ok(())
    })
}
