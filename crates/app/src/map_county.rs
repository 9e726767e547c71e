use std::path::Path;

use facts::{Text, text};
use serde_json::{Value, json};

use crate::datum::{Datum, is_in_china};
use crate::library::paths_under;
use crate::{Failure, WholeCounty};

/// A layer of the user's own: the name of its file, and its GeoJSON.
type NamedLayer = (String, Value);

/// Where the schools and divisions of a county lie.
pub struct CountyMap {
    /// One for each school that counts, in the order of the outcome.
    pub schools: Vec<Option<MapPoint>>,
    /// One for each division, in the order of the county's.
    pub divisions: Vec<Option<MapPoint>>,
    /// West, south, east, north.
    pub bounds: Option<[f64; 4]>,
    /// The user's own GeoJSON, by name of the file.
    pub layers: Vec<(String, Value)>,
    pub notes: Vec<Text>,
}

/// A place in WGS-84.
#[derive(Debug, Clone, Copy)]
pub struct MapPoint {
    pub lon: f64,
    pub lat: f64,
    /// The datum in the file.
    pub datum: Datum,
    /// Whether the file names no datum, so that WGS-84 was assumed.
    pub assumed: bool,
}

/// What all layers together may weigh; more would be slow in every browser.
const LAYER_BYTES_MAX: u64 = 16 << 20;

/// Places a county's schools and divisions, and reads the user's own GeoJSON from the home's folder `map`.
pub fn map_county(home: &Path, county: &WholeCounty) -> Result<CountyMap, Failure> {
    let (mut assumed, mut impossible) = (0_usize, Vec::new());
    let mut place = |name: &str, lon: Option<f64>, lat: Option<f64>, datum: Option<&str>| {
        let given = (lon?, lat?);
        let known = datum.and_then(Datum::read);
        if !is_in_china(given) {
            impossible.push(name.to_string());
            return None;
        }
        assumed += usize::from(known.is_none());
        let datum = known.unwrap_or(Datum::Wgs84);
        let (lon, lat) = datum.to_wgs84(given);
        Some(MapPoint { lon, lat, datum, assumed: known.is_none() })
    };
    let schools: Vec<Option<MapPoint>> = (county.outcome().matrix.schools.iter())
        .map(|school| {
            let row = county.school_row(&school.code)?;
            place(&row.name, row.lon, row.lat, row.datum.as_deref())
        })
        .collect();
    let divisions: Vec<Option<MapPoint>> =
        county.divisions.iter().map(|row| place(&row.name, row.lon, row.lat, row.datum.as_deref())).collect();
    let mut notes = Vec::new();
    if assumed > 0 {
        notes.push(text!(
            "{assumed} 处坐标没有注明坐标系，按 WGS-84 处理；高德、百度地图上取的坐标请在“坐标系”栏注明",
            "{assumed} coordinates name no datum and were taken as WGS-84; say so in the column 坐标系 where they come from a GCJ-02 or BD-09 map"
        ));
    }
    if !impossible.is_empty() {
        let names = impossible.join("、");
        notes.push(text!(
            "坐标不在中国境内，没有画出（经纬度可能填反）：{names}",
            "not drawn, as the coordinates are not in China (longitude and latitude exchanged?): {names}"
        ));
    }
    let bounds = bounds(schools.iter().chain(&divisions).flatten());
    let (layers, unread) = layers(&home.join("map"))?;
    notes.extend(unread);
    Ok(CountyMap { schools, divisions, bounds, layers, notes })
}

fn bounds<'a>(points: impl Iterator<Item = &'a MapPoint>) -> Option<[f64; 4]> {
    points.fold(None, |bounds: Option<[f64; 4]>, point| {
        let [west, south, east, north] = bounds.unwrap_or([point.lon, point.lat, point.lon, point.lat]);
        Some([west.min(point.lon), south.min(point.lat), east.max(point.lon), north.max(point.lat)])
    })
}

/// The layers that can be shown, and why others cannot.
fn layers(folder: &Path) -> Result<(Vec<NamedLayer>, Vec<Text>), Failure> {
    let (mut layers, mut notes) = (Vec::new(), Vec::new());
    if !folder.is_dir() {
        return Ok((layers, notes));
    }
    let mut room = LAYER_BYTES_MAX;
    for path in paths_under(folder)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let Some(stem) = name.strip_suffix(".geojson").or_else(|| name.strip_suffix(".json")) else { continue };
        let size = path.metadata().map_or(0, |data| data.len());
        let Some(left) = room.checked_sub(size) else {
            notes.push(text!("地图文件太大，没有显示：{name}", "a map file is too large to be shown: {name}"));
            continue;
        };
        let act = || text!("读取地图文件", "read a map file");
        let bytes = std::fs::read(&path).map_err(|error| Failure::io(act(), &path, &error))?;
        match serde_json::from_slice::<Value>(&bytes).ok().and_then(collection) {
            Some(layer) => {
                room = left;
                layers.push((stem.to_string(), layer));
            }
            None => notes.push(text!("不是 GeoJSON，没有显示：{name}", "it is no GeoJSON and was not shown: {name}")),
        }
    }
    Ok((layers, notes))
}

/// Any GeoJSON as a collection of features.
fn collection(value: Value) -> Option<Value> {
    match value.get("type")?.as_str()? {
        "FeatureCollection" => value.get("features")?.is_array().then_some(value),
        "Feature" => Some(json!({ "type": "FeatureCollection", "features": [value] })),
        "Point" | "MultiPoint" | "LineString" | "MultiLineString" | "Polygon" | "MultiPolygon" | "GeometryCollection" => {
            Some(json!({ "type": "FeatureCollection", "features": [{ "type": "Feature", "properties": {}, "geometry": value }] }))
        }
        _ => None,
    }
}
