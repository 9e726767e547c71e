//! Coordinates of files brought to WGS-84.
//!
//! CGCS2000 and WGS-84 differ by centimetres and are taken as one. GCJ-02, which maps sold in China must use, shifts places by
//! some hundred metres, BD-09 shifts these once more; both shifts are published formulas, undone here.

use std::f64::consts::PI;

/// The datum of a coordinate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Datum {
    Wgs84,
    Cgcs2000,
    Gcj02,
    Bd09,
}

impl Datum {
    /// Reads the word that fact tables keep.
    pub fn read(words: &str) -> Option<Datum> {
        let bare: String = words.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_uppercase();
        match bare.as_str() {
            "WGS84" => Some(Datum::Wgs84),
            "CGCS2000" => Some(Datum::Cgcs2000),
            "GCJ02" => Some(Datum::Gcj02),
            "BD09" | "BD09LL" => Some(Datum::Bd09),
            _ => None,
        }
    }

    /// Longitude and latitude in WGS-84.
    pub fn to_wgs84(self, (lon, lat): (f64, f64)) -> (f64, f64) {
        match self {
            Datum::Wgs84 | Datum::Cgcs2000 => (lon, lat),
            Datum::Gcj02 => unshift((lon, lat)),
            Datum::Bd09 => unshift(gcj02_of_bd09((lon, lat))),
        }
    }
}

/// The ellipsoid of the published shift (Krasovsky 1940): half its major axis in metres, and its squared eccentricity.
const HALF_AXIS_M: f64 = 6_378_245.0;
const ECCENTRICITY_2: f64 = 0.006_693_421_622_965_943;

/// Undoes the shift by feeling for the place that it moves here: the shift varies so slowly that each step gains two digits.
fn unshift(shifted: (f64, f64)) -> (f64, f64) {
    let mut guess = shifted;
    for _ in 0..6 {
        let (lon, lat) = gcj02_of_wgs84(guess);
        guess = (guess.0 + shifted.0 - lon, guess.1 + shifted.1 - lat);
    }
    guess
}

fn gcj02_of_wgs84((lon, lat): (f64, f64)) -> (f64, f64) {
    if !is_in_china((lon, lat)) {
        return (lon, lat);
    }
    let (x, y) = (lon - 105.0, lat - 35.0);
    let (dlon, dlat) = (wave_lon(x, y), wave_lat(x, y));
    let angle = lat.to_radians();
    let squeeze = 1.0 - ECCENTRICITY_2 * angle.sin().powi(2);
    let root = squeeze.sqrt();
    let metres_lat = HALF_AXIS_M * (1.0 - ECCENTRICITY_2) / (squeeze * root) * PI;
    let metres_lon = HALF_AXIS_M / root * angle.cos() * PI;
    (lon + dlon * 180.0 / metres_lon, lat + dlat * 180.0 / metres_lat)
}

fn wave_lat(x: f64, y: f64) -> f64 {
    let base = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * x.abs().sqrt();
    let fast = (20.0 * (6.0 * x * PI).sin() + 20.0 * (2.0 * x * PI).sin()) * 2.0 / 3.0;
    let slow = (20.0 * (y * PI).sin() + 40.0 * (y / 3.0 * PI).sin()) * 2.0 / 3.0;
    base + fast + slow + (160.0 * (y / 12.0 * PI).sin() + 320.0 * (y * PI / 30.0).sin()) * 2.0 / 3.0
}

fn wave_lon(x: f64, y: f64) -> f64 {
    let base = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * x.abs().sqrt();
    let fast = (20.0 * (6.0 * x * PI).sin() + 20.0 * (2.0 * x * PI).sin()) * 2.0 / 3.0;
    let slow = (20.0 * (x * PI).sin() + 40.0 * (x / 3.0 * PI).sin()) * 2.0 / 3.0;
    base + fast + slow + (150.0 * (x / 12.0 * PI).sin() + 300.0 * (x / 30.0 * PI).sin()) * 2.0 / 3.0
}

fn gcj02_of_bd09((lon, lat): (f64, f64)) -> (f64, f64) {
    let turn = PI * 3000.0 / 180.0;
    let (x, y) = (lon - 0.0065, lat - 0.006);
    let radius = (x * x + y * y).sqrt() - 0.000_02 * (y * turn).sin();
    let angle = y.atan2(x) - 0.000_003 * (x * turn).cos();
    (radius * angle.cos(), radius * angle.sin())
}

/// Whether a coordinate can be a place in China: anything else in a county's list is a slip, such as the two exchanged.
pub fn is_in_china((lon, lat): (f64, f64)) -> bool {
    (73.0..=136.0).contains(&lon) && (3.0..=54.0).contains(&lat)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shifts_are_undone() {
        let check = |datum: Datum, given: (f64, f64), expected: (f64, f64)| {
            let (lon, lat) = datum.to_wgs84(given);
            // A hundred-thousandth of a degree is a metre.
            assert!((lon - expected.0).abs() < 1e-5 && (lat - expected.1).abs() < 1e-5, "{datum:?} {given:?} → {lon} {lat}");
        };
        check(Datum::Wgs84, (116.39, 39.9), (116.39, 39.9));
        check(Datum::Cgcs2000, (103.38, 23.36), (103.38, 23.36));
        // Places that other converters publish as their test data.
        check(Datum::Gcj02, (121.531_541_859_215, 31.175_303_983_646), (121.527_210_6, 31.177_427_6));
        check(Datum::Gcj02, (116.384_047_224_557, 39.913_345_455_361), (116.377_817, 39.911_954));
        for place in [(103.384_2, 23.366_1), (116.4, 39.9), (121.47, 31.23)] {
            check(Datum::Gcj02, gcj02_of_wgs84(place), place);
        }
    }

    #[test]
    fn a_baidu_place_is_brought_to_the_common_shift() {
        // The example in the documentation of the widely used `coordtransform`.
        let (lon, lat) = gcj02_of_bd09((116.404, 39.915));
        assert!((lon - 116.397_627_291_193_15).abs() < 1e-9 && (lat - 39.908_656_739_576_31).abs() < 1e-9, "{lon} {lat}");
    }

    #[test]
    fn words_name_datums() {
        let check = |words: &str, expected| assert_eq!(Datum::read(words), expected, "{words}");
        check("GCJ02", Some(Datum::Gcj02));
        check("WGS-84", Some(Datum::Wgs84));
        check("bd09", Some(Datum::Bd09));
        check("北京54", None);
    }
}
