//! The server as a browser meets it: a real one on a loopback port, over a real home made from the sample.

mod client;
mod house;
mod imports;
mod openapi;
mod own_pack;
mod pages;
mod rows;
mod safety;
