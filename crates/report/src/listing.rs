use facts::{Date, Lang, Text};

use crate::sheet::{Cell, Column, Mark, Sheet};
use crate::workbook::{self, WorkbookFault};

/// A plain table for a workbook: whatever a page shows.
#[derive(Debug, Clone)]
pub struct Listing {
    /// The tab, and the title over the table.
    pub title: Text,
    /// Left, under the title: whose figures, of which year.
    pub subject: Text,
    pub columns: Vec<ListingColumn>,
    /// How many columns at the left stay in sight.
    pub frozen_columns: u16,
    pub rows: Vec<Vec<ListingCell>>,
    pub notes: Vec<Text>,
    /// Which snapshot, which pack, which day.
    pub provenance: Vec<Text>,
}

impl Listing {
    /// A listing with nothing in it yet.
    pub fn titled(title: Text) -> Listing {
        Listing {
            title,
            subject: Text::new("", ""),
            columns: Vec::new(),
            frozen_columns: 0,
            rows: Vec::new(),
            notes: Vec::new(),
            provenance: Vec::new(),
        }
    }
}

#[derive(Debug, Clone)]
pub struct ListingColumn {
    /// From the top down: neighbours that begin alike share a merged cell.
    pub head: Vec<Text>,
    /// In characters.
    pub width: f64,
}

#[derive(Debug, Clone, PartialEq)]
pub enum ListingCell {
    Empty,
    /// Codes and verdicts: always text, whatever they look like.
    Word(String),
    /// Sentences: left-aligned and wrapped.
    Words(Text),
    /// The whole figure, shown with so many decimals.
    Number(f64, u8),
    /// A figure that misses its standard.
    Short(f64, u8),
    /// A figure that is not known.
    Missing,
}

/// Prints listings as an .xlsx workbook, one sheet each. No cell becomes a formula, whatever it begins with.
///
/// ```
/// use report::{Listing, ListingCell, ListingColumn, listing};
/// let text = |words: &str| facts::Text::new(words, words);
/// let list = Listing {
///     columns: vec![ListingColumn { head: vec![text("code")], width: 12.0 }],
///     rows: vec![vec![ListingCell::Word("0153990034".into())], vec![ListingCell::Word("=1+1".into())]],
///     ..Listing::titled(text("schools"))
/// };
/// let bytes = listing(&[list], facts::Date::constant(2026, 3, 1), facts::Lang::En).unwrap();
/// assert!(bytes.starts_with(b"PK"));
/// ```
pub fn listing(listings: &[Listing], created: Date, lang: Lang) -> Result<Vec<u8>, WorkbookFault> {
    let sheets: Vec<Sheet> = listings.iter().map(|listing| sheet(listing, lang)).collect();
    workbook::write(&sheets, created, lang)
}

fn sheet(listing: &Listing, lang: Lang) -> Sheet {
    let get = |text: &Text| text.get(lang).to_string();
    Sheet {
        name: get(&listing.title),
        title: get(&listing.title),
        subject: get(&listing.subject),
        columns: (listing.columns.iter())
            .map(|column| Column { head: column.head.iter().map(get).collect(), number: String::new(), width: column.width })
            .collect(),
        frozen_columns: listing.frozen_columns,
        rows: listing.rows.iter().map(|row| row.iter().map(|shown| cell(shown, lang)).collect()).collect(),
        notes: listing.notes.iter().map(get).collect(),
        provenance: listing.provenance.iter().map(get).collect(),
        ..Sheet::default()
    }
}

fn cell(shown: &ListingCell, lang: Lang) -> Cell {
    match shown {
        ListingCell::Empty => Cell::empty(),
        ListingCell::Word(word) => Cell::word(word),
        ListingCell::Words(words) => Cell::words(words.get(lang)),
        ListingCell::Number(value, decimals) => Cell::number(*value, *decimals),
        ListingCell::Short(value, decimals) => Cell::number(*value, *decimals).marked(Mark::Short),
        ListingCell::Missing => crate::words::missing(lang),
    }
}
