//! Makes the style sheet smaller than it is written: it is part of what every page weighs.

// A build script reads and writes files; what the crate may not do, its program does not.
#![expect(clippy::disallowed_methods)]

use std::error::Error;
use std::path::Path;
use std::{env, fs};

const WRITTEN: &str = "assets/desk.css";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={WRITTEN}");
    let written = fs::read_to_string(WRITTEN)?;
    let small = minifier::css::minify(&written)?.to_string();
    fs::write(Path::new(&env::var("OUT_DIR")?).join("desk.css"), small)?;
    Ok(())
}
