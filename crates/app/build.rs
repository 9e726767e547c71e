//! The packs and forms of the repository are part of the binary; a change in either must build it anew.

fn main() {
    println!("cargo::rerun-if-changed=../../policies");
    println!("cargo::rerun-if-changed=../../forms");
}
