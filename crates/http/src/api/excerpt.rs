//! `GET /api/excerpt`: the piece of an imported sheet around a cell.

use std::sync::Arc;

use app::{County, ExcerptAsked};
use axum::extract::State as Shared;
use axum::response::Response;
use facts::FileHash;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::refusal::Refusal;
use crate::server::Server;
use crate::shape::{Place, Words};
use crate::visit::{Visit, percent_encoded};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ExcerptQuery {
    /// SHA-256 of the file.
    pub file: String,
    /// Empty for a text file.
    pub sheet: Option<String>,
    /// `D7`, or `7` where a whole row is meant.
    pub cell: String,
    /// The snapshot through which the figure was reached.
    pub snapshot: Option<String>,
}

/// The rows around a cell, with the headings of the sheet; columns that tell who somebody is are masked.
#[utoipa::path(get, path = "/api/excerpt", params(ExcerptQuery), responses((status = 200, body = Excerpt), (status = "4XX", body = Refusal)))]
pub async fn excerpt(Shared(server): Shared<Arc<Server>>, visit: Visit) -> Response {
    // Never from the cache: every look at a file with people is written down.
    server
        .answer_anew(visit, |work, visit| {
            let asked: ExcerptQuery = visit.query()?;
            let asked = ExcerptAsked {
                file: FileHash(asked.file),
                sheet: asked.sheet.unwrap_or_default(),
                cell: asked.cell,
                snapshot: asked.snapshot.filter(|id| !id.is_empty()),
                who: visit.who(),
            };
            Ok(Excerpt::from(&app::show_excerpt(&work.library, &work.home, &work.viewer, &asked)?))
        })
        .await
}

/// The address at which the piece of the sheet around a place is shown.
pub fn address(county: &County, file: &FileHash, place: &Place) -> String {
    let part = |words: &Option<String>| percent_encoded(words.as_deref().unwrap_or(""));
    let snapshot = county.manifest.id.as_str();
    format!("/api/excerpt?file={file}&sheet={}&cell={}&snapshot={snapshot}", part(&place.sheet), part(&place.cell))
}

/// A piece of a sheet, at most a few rows and columns.
#[derive(Debug, Serialize, ToSchema)]
pub struct Excerpt {
    /// As the official named it.
    pub file_name: String,
    pub sheet: String,
    /// The form as which the sheet was recognised.
    pub form: Option<String>,
    pub form_title: Option<Words>,
    pub columns: Vec<ExcerptColumn>,
    /// Heading rows first; where rows between were left out, their numbers jump.
    pub rows: Vec<ExcerptRow>,
    /// The cell that is meant: its row, and its column unless the whole row is meant.
    pub target_row: u32,
    pub target_col: Option<u32>,
    /// Whether the sheet lists people, so that this look was written down.
    pub logged: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ExcerptColumn {
    /// Counted from 1.
    pub col: u32,
    /// `D`
    pub letters: String,
    /// Whether its cells are masked.
    pub masked: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ExcerptRow {
    /// Counted from 1.
    pub row: u32,
    pub is_head: bool,
    /// One for each of `columns`; always plain text.
    pub cells: Vec<ExcerptCell>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ExcerptCell {
    pub text: String,
    pub masked: bool,
    pub is_target: bool,
}

impl From<&app::Excerpt> for Excerpt {
    fn from(excerpt: &app::Excerpt) -> Excerpt {
        let piece = &excerpt.piece;
        let target = |row: u32, col: u32| row == piece.row && piece.col.is_none_or(|wanted| wanted == col);
        Excerpt {
            file_name: excerpt.file_name.clone(),
            sheet: piece.sheet.clone(),
            form: piece.form.clone(),
            form_title: excerpt.form_title.as_ref().map(Words::from),
            columns: (piece.columns.iter())
                .map(|column| ExcerptColumn {
                    col: column.col,
                    letters: facts::column_letters(column.col),
                    masked: column.masked,
                })
                .collect(),
            rows: (piece.rows.iter())
                .map(|row| ExcerptRow {
                    row: row.row,
                    is_head: row.is_head,
                    cells: (row.cells.iter().zip(&piece.columns))
                        .map(|(cell, column)| ExcerptCell {
                            text: cell.clone().unwrap_or_default(),
                            masked: cell.is_none(),
                            is_target: target(row.row, column.col),
                        })
                        .collect(),
                })
                .collect(),
            target_row: piece.row,
            target_col: piece.col,
            logged: excerpt.logged,
        }
    }
}
