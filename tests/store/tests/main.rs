//! One program for all of them: each of its own would hold the AWS SDK and the embedded DynamoDB again, and be linked for itself.

mod allowance;
mod announced;
mod answers;
mod bundles;
mod calls;
mod connector;
mod cost;
mod daily;
mod events;
mod figures;
mod flood;
mod heads;
mod inbox_process;
mod keys;
mod limits;
mod migrating;
mod pace;
mod paging;
mod publishing;
mod registry;
mod restoring;
mod revising;
mod scheduled;
mod sending;
mod sign_in;
mod tamper;
mod ticks;
mod webhooks;
mod words;
mod writes;

/// A file that is not among them would be no test.
#[test]
fn every_file_here_is_one_of_them() {
    let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests")).expect("this folder");
    for file in files {
        let name = file.expect("a file").file_name().into_string().expect("a name");
        let module = name.trim_end_matches(".rs");
        assert!(module == "main" || include_str!("main.rs").contains(&format!("\nmod {module};\n")), "{name}");
    }
}
