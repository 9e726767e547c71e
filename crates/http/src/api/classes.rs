//! `GET /api/classes`: class sizes by school, grade and year; what came back; where there is room.

use std::sync::Arc;

use app::ClassSizes;
use axum::extract::State as Shared;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use crate::refusal::Refusal;
use crate::server::Server;
use crate::shape::{Citation, Heading, StageId, Words};
use crate::visit::{Visit, WhichQuery};

/// The classes of the county, held against the limits of the class-size pack in force, or of the pack asked for.
#[utoipa::path(get, path = "/api/classes", params(WhichQuery), responses((status = 200, body = Classes), (status = "4XX", body = Refusal)))]
pub async fn classes(Shared(server): Shared<Arc<Server>>, visit: Visit) -> Response {
    server
        .answer(visit, |work, visit| {
            let county = work.county(&visit.which()?)?;
            let sizes = app::list_classes(&work.library, &work.home, &county)?;
            Ok(shown(Heading::from(&*county), &sizes))
        })
        .await
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Classes {
    pub heading: Heading,
    /// Sizes that the packs name, the lowest first; a class is marked with each that it reaches.
    pub limits: Vec<SizeLimit>,
    /// How many classes reach each limit, by school year and stage.
    pub totals: Vec<SizeTotal>,
    /// The classes of the year of `heading`, by school, stage, grade and name.
    pub classes: Vec<ClassLine>,
    /// Schools where a size had been closed out and is there again.
    pub relapses: Vec<Relapse>,
    /// Up to which size a class may take pupils who move in.
    pub room_limits: Vec<SizeLimit>,
    /// Where a grade has room for pupils who move in.
    pub rooms: Vec<GradeRoom>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SizeLimit {
    pub id: String,
    pub title: Words,
    pub stage: Option<StageId>,
    /// A class of more pupils than this reaches it, or, where `from` is true, one of so many.
    pub value: f64,
    pub from: bool,
    pub citation: Citation,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SizeTotal {
    pub year: String,
    pub stage: StageId,
    pub classes: u32,
    pub pupils: u64,
    /// How many classes reach each of `limits`, in their order; 0 for limits of other stages.
    pub reached: Vec<u32>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ClassLine {
    pub school: String,
    pub name: String,
    pub stage: StageId,
    pub grade: i64,
    pub class: String,
    /// `ordinary`, or the kind of a special class.
    pub kind: Option<String>,
    pub size: Option<i64>,
    /// The limits that it reaches, by their place in `limits`.
    pub reaches: Vec<usize>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Relapse {
    pub school: String,
    pub name: String,
    pub stage: StageId,
    /// Its place in `limits`.
    pub limit: usize,
    /// How many classes reached it, year by year, the oldest first.
    pub years: Vec<YearCount>,
    pub words: Words,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct YearCount {
    pub year: String,
    pub classes: u32,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct GradeRoom {
    pub school: String,
    pub name: String,
    pub stage: StageId,
    pub grade: i64,
    pub classes: u32,
    pub pupils: i64,
    /// How many more the ordinary classes of the grade may take, up to `room_limits`.
    pub room: i64,
    /// The class with most room, and how much.
    pub widest: Option<ClassRoom>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ClassRoom {
    pub class: String,
    pub room: i64,
}

fn shown(heading: Heading, sizes: &ClassSizes) -> Classes {
    Classes {
        heading,
        limits: sizes.limits.iter().map(size_limit).collect(),
        room_limits: sizes.room_limits.iter().map(size_limit).collect(),
        totals: (sizes.totals.iter())
            .map(|total| SizeTotal {
                year: total.year.id(),
                stage: total.stage.into(),
                classes: total.classes,
                pupils: total.pupils,
                reached: total.reached.clone(),
            })
            .collect(),
        classes: (sizes.classes.iter())
            .map(|class| ClassLine {
                school: class.school.to_string(),
                name: sizes.name(&class.school),
                stage: class.stage.into(),
                grade: class.grade,
                class: class.name.clone(),
                kind: class.kind.clone(),
                size: class.size,
                reaches: class.reaches.clone(),
            })
            .collect(),
        relapses: (sizes.relapses.iter())
            .map(|relapse| Relapse {
                school: relapse.school.to_string(),
                name: sizes.name(&relapse.school),
                stage: relapse.stage.into(),
                limit: relapse.limit,
                years: (relapse.years.iter()).map(|(year, classes)| YearCount { year: year.id(), classes: *classes }).collect(),
                words: (&relapse.words).into(),
            })
            .collect(),
        rooms: (sizes.rooms.iter())
            .map(|room| GradeRoom {
                school: room.school.to_string(),
                name: sizes.name(&room.school),
                stage: room.stage.into(),
                grade: room.grade,
                classes: room.classes,
                pupils: room.pupils,
                room: room.room,
                widest: room.widest.as_ref().map(|(class, room)| ClassRoom { class: class.clone(), room: *room }),
            })
            .collect(),
    }
}

fn size_limit(limit: &app::SizeLimit) -> SizeLimit {
    SizeLimit {
        id: limit.id.clone(),
        title: (&limit.title).into(),
        stage: limit.stage.map(StageId::from),
        value: limit.value,
        from: limit.from,
        citation: (&limit.citation).into(),
    }
}
