//! Real homes in temporary folders, real SQLite files, real processes that are killed.

mod county;
mod damage;
mod figures;
mod filters;
mod kill;
mod looks;
mod publishing;
mod raw_files;
