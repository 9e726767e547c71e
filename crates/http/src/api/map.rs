//! `GET /api/map`: schools and divisions where they lie, without any tile or network.

use std::sync::Arc;

use app::{CountyMap, Datum};
use axum::extract::State as Shared;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::schools::school_stage;
use crate::refusal::Refusal;
use crate::server::Server;
use crate::shape::{Heading, ScopeId, VerdictId, Words};
use crate::visit::{Visit, WhichQuery};

/// Coordinates in WGS-84, whatever datum the files used.
#[utoipa::path(get, path = "/api/map", params(WhichQuery), responses((status = 200, body = CountyPlan), (status = "4XX", body = Refusal)))]
pub async fn map(Shared(server): Shared<Arc<Server>>, visit: Visit) -> Response {
    server
        .answer(visit, |work, visit| {
            let county = work.county(&visit.which()?)?;
            let map = app::map_county(&work.home, &county)?;
            Ok(shown(&county, map))
        })
        .await
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CountyPlan {
    pub heading: Heading,
    pub schools: Vec<MapSchool>,
    pub divisions: Vec<MapDivision>,
    /// West, south, east, north of what lies on the map; none where nothing has coordinates.
    pub bounds: Option<[f64; 4]>,
    /// The user's own GeoJSON from the home's folder `map`.
    pub layers: Vec<MapLayer>,
    /// What could not be placed or read, and why.
    pub notes: Vec<Words>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct MapSchool {
    pub code: String,
    pub name: String,
    pub kind: Option<String>,
    pub division: Option<String>,
    pub scope: ScopeId,
    /// The worst verdict among its stages.
    pub verdict: Option<VerdictId>,
    pub pupils: Option<f64>,
    /// None where its list gives no coordinates that can be right: it is drawn in the schematic of its division.
    pub place: Option<MapPoint>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct MapDivision {
    pub code: String,
    pub name: String,
    pub parent: Option<String>,
    pub level: Option<String>,
    pub population: Option<i64>,
    pub place: Option<MapPoint>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct MapPoint {
    /// WGS-84
    pub lon: f64,
    pub lat: f64,
    /// The datum in the file.
    pub datum: DatumId,
    /// True where the file names no datum and WGS-84 was taken for granted.
    pub assumed: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DatumId {
    Wgs84,
    Cgcs2000,
    Gcj02,
    Bd09,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct MapLayer {
    pub name: String,
    /// A FeatureCollection in WGS-84.
    #[schema(value_type = Object)]
    pub geojson: serde_json::Value,
}

fn point(point: &app::MapPoint) -> MapPoint {
    let datum = match point.datum {
        Datum::Wgs84 => DatumId::Wgs84,
        Datum::Cgcs2000 => DatumId::Cgcs2000,
        Datum::Gcj02 => DatumId::Gcj02,
        Datum::Bd09 => DatumId::Bd09,
    };
    MapPoint { lon: point.lon, lat: point.lat, datum, assumed: point.assumed }
}

fn shown(county: &app::County, map: CountyMap) -> CountyPlan {
    let outcome = county.outcome();
    let school = |(index, place): (usize, &Option<app::MapPoint>)| {
        let school = outcome.matrix.schools.get(index)?;
        let stages: Vec<_> = outcome.frame.stages.iter().filter_map(|stage| school_stage(county, index, *stage)).collect();
        let of = |wanted| stages.iter().any(|stage| stage.verdict == Some(wanted)).then_some(wanted);
        let row = county.school_row(&school.code);
        Some(MapSchool {
            code: school.code.to_string(),
            name: school.name.clone(),
            kind: row.and_then(|row| row.kind.clone()),
            division: row.and_then(|row| row.division.as_ref()).map(ToString::to_string),
            scope: outcome.scope.get(index).map_or(ScopeId::Unknown, |scope| (*scope).into()),
            verdict: of(VerdictId::Fail).or_else(|| of(VerdictId::NotEnoughData)).or_else(|| of(VerdictId::Pass)),
            pupils: stages.iter().filter_map(|stage| stage.pupils).reduce(|a, b| a + b),
            place: place.as_ref().map(point),
        })
    };
    CountyPlan {
        heading: county.into(),
        schools: map.schools.iter().enumerate().filter_map(school).collect(),
        divisions: (county.divisions.iter().zip(&map.divisions))
            .map(|(division, place)| MapDivision {
                code: division.code.to_string(),
                name: division.name.clone(),
                parent: division.parent.as_ref().map(ToString::to_string),
                level: division.level.clone(),
                population: division.population,
                place: place.as_ref().map(point),
            })
            .collect(),
        bounds: map.bounds,
        notes: map.notes.iter().map(Words::from).collect(),
        layers: map.layers.into_iter().map(|(name, geojson)| MapLayer { name, geojson }).collect(),
    }
}
