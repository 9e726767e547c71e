//! The server as a browser meets it: a real one on a loopback port, over a real home made from the sample.

mod client;
mod house;
mod imports;
mod ledgers;
mod login;
mod office;
mod openapi;
mod own_pack;
mod pages;
mod report;
mod rights;
mod rows;
mod safety;
