//! The console's server.
