use std::fs;
use std::io::{self, Read};

use facts::FileHash;
use snapshot::HomeError;

use crate::county::*;

#[test]
fn a_raw_file_comes_back_byte_by_byte() {
    let (dir, home) = home();
    let lock = home.lock("甲").unwrap();
    for n in [0, 10, 65536, 200_000] {
        let bytes: Vec<u8> = (0..n).map(|i| (i * 7 % 256) as u8).collect();
        let hash = lock.store_raw(&bytes[..]).unwrap();
        let before = files_below(home.path());
        let path = dir.path().join("raw.bin");
        fs::write(&path, &bytes).unwrap();
        assert_eq!(lock.store_raw_file(&path).unwrap(), hash);
        assert_eq!(files_below(home.path()), before, "kept once");
        assert_eq!(home.read_raw(&hash).unwrap(), bytes);
    }
    assert_eq!(lock.store_raw(&b"abc"[..]).unwrap().0, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

/// In pieces: the whole is never in memory, as neither the source nor the sink holds it.
#[test]
fn a_large_raw_file_passes_through() {
    let (_dir, home) = home();
    let n = 48 << 20;
    let hash = home.lock("甲").unwrap().store_raw(io::repeat(7).take(n)).unwrap();
    assert_eq!(io::copy(&mut home.open_raw(&hash).unwrap(), &mut io::sink()).unwrap(), n);
}

#[test]
fn a_raw_file_that_is_not_what_its_name_says_is_named() {
    let (_dir, home) = home();
    let lock = home.lock("甲").unwrap();
    let (one, two) = (lock.store_raw(&b"one"[..]).unwrap(), lock.store_raw(&b"two"[..]).unwrap());
    let path = |hash: &FileHash| home.path().join("raw").join(format!("{hash}.sealed"));
    fs::copy(path(&one), path(&two)).unwrap();
    assert!(matches!(home.read_raw(&two), Err(HomeError::Damaged { .. })));
    fs::write(path(&one), b"").unwrap();
    assert!(matches!(home.read_raw(&one), Err(HomeError::Damaged { .. })));
    // The file comes again: it is mended.
    lock.store_raw(&b"one"[..]).unwrap();
    assert_eq!(home.read_raw(&one).unwrap(), b"one");
    for name in ["00", "../keys/home.key", "../../../etc/passwd"] {
        assert!(matches!(home.read_raw(&FileHash(name.into())), Err(HomeError::NoRawFile { .. })));
    }
}

#[test]
fn a_source_that_fails_leaves_nothing() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
    }
    let (_dir, home) = home();
    let lock = home.lock("甲").unwrap();
    let error = lock.store_raw(io::repeat(1).take(300_000).chain(Failing)).unwrap_err();
    assert!(matches!(error, HomeError::DiskFull { .. }));
    assert!(error.words().zh.contains("磁盘已满") && error.words().en.contains("the disk is full"));
    assert_eq!(fs::read_dir(home.path().join("raw")).unwrap().count(), 0);
}
