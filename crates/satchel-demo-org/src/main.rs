//! The demo organisation.

fn main() {}
