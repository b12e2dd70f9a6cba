//! Every target with what is known: inputs as they come, what a fuzzer found before, and changes of both. What is found elsewhere is put
//! into `tests/fuzz/findings/TARGET/`, as it was.

use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use desk_fuzzed::TARGETS;
use desk_harness::{Chance, root};

/// Changes of each input, so that all of it takes some seconds; `DESK_CHANGES` sets another number.
fn changes() -> u64 {
    std::env::var("DESK_CHANGES").ok().and_then(|changes| changes.parse().ok()).unwrap_or(40)
}

/// Where inputs of a target lie, beside its own seeds and findings.
fn folders(target: &str) -> Vec<PathBuf> {
    let more: &[&str] = match target {
        "mail" => &["tests/data/field-mail", "tests/data/reply-trimmer"],
        "osv" => &["tests/data/advisories"],
        "policy" => &["infra/policies"],
        "stream" => &["tests/data/lambda-events"],
        _ => &[],
    };
    let own = ["seeds", "findings"].map(|kind| format!("tests/fuzz/{kind}/{target}"));
    own.iter().map(String::as_str).chain(more.iter().copied()).map(|folder| root().join(folder)).collect()
}

fn inputs(folder: &Path, into: &mut Vec<(PathBuf, Vec<u8>)>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    for path in paths {
        match path.is_dir() {
            true => inputs(&path, into),
            false => {
                into.extend(fs::read(&path).ok().filter(|bytes| bytes.len() <= 64 * 1024).map(|bytes| (path, bytes)))
            }
        }
    }
}

/// Pieces that parsers trip over.
const PIECES: [&[u8]; 16] = [
    b"\0",
    b"\xff",
    b"\xe2\x80\xae",
    b"\r\n\r\n",
    b"{",
    b"[[",
    b"\"",
    b"\\u0000",
    b"]: javascript:x\n",
    b"](data:,",
    b"=?utf-8?b?",
    b"%00",
    b"--b\r\n",
    b"9999999999999999999999",
    b"<i ",
    b"&#x202e;",
];

/// One input, changed in one place: some bytes are left out, written twice, replaced, or another piece stands there.
fn changed(input: &[u8], chance: &mut Chance) -> Vec<u8> {
    let len = input.len() as u64;
    let at = chance.within(0..len + 1) as usize;
    let until = (at + chance.within(0..9) as usize).min(input.len());
    let piece: Vec<u8> = match chance.within(0..4) {
        0 => Vec::new(),
        1 => input[at..until].repeat(2),
        2 => input[at..until].iter().map(|byte| byte ^ (1 << chance.within(0..8))).collect(),
        _ => PIECES[chance.within(0..PIECES.len() as u64) as usize].to_vec(),
    };
    [&input[..at], &piece, &input[until..]].concat()
}

#[test]
fn what_strangers_send_is_taken_or_refused_and_breaks_nothing() {
    let mut chance = Chance::seeded();
    for (name, target) in TARGETS {
        let mut all = vec![(PathBuf::from("nothing"), Vec::new())];
        folders(name).iter().for_each(|folder| inputs(folder, &mut all));
        assert!(all.len() > 1, "{name} has no input to begin with");
        for (path, input) in &all {
            let times = if all.len() > 200 { changes().div_ceil(20) } else { changes() };
            let changed = (0..times).map(|_| changed(input, &mut chance));
            for input in std::iter::once(input.clone()).chain(changed) {
                let held = catch_unwind(|| target(&input));
                assert!(held.is_ok(), "{name}, from {}: {:?}", path.display(), String::from_utf8_lossy(&input));
            }
        }
    }
}

/// Each target of the fuzzer is one of these, and each of these is one of its.
#[test]
fn every_function_is_a_target_and_has_seeds() {
    let mut files: Vec<String> = fs::read_dir(root().join("tests/fuzz/fuzz_targets"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    let mut names: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
    files.sort();
    names.sort_unstable();
    assert_eq!(files, names);
    let manifest = fs::read_to_string(root().join("tests/fuzz/Cargo.toml")).unwrap();
    assert!(names.iter().all(|name| manifest.contains(&format!("name = \"{name}\""))), "{manifest}");
}
