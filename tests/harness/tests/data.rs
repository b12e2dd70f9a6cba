//! Data from elsewhere: each folder says whose it is, and the table of all of them has it.

use std::fs;

#[test]
fn each_folder_of_data_has_its_licence_its_origin_and_its_row() {
    let data = desk_harness::root().join("tests/data");
    let table = fs::read_to_string(data.join("README.md")).expect("the table");
    let mut rows: Vec<&str> = table.lines().filter_map(|line| line.strip_prefix("| `")?.split('/').next()).collect();
    rows.sort_unstable();
    let entries = fs::read_dir(&data).expect("a folder").map(|entry| entry.expect("an entry"));
    let folders = entries.filter(|entry| entry.path().is_dir());
    let mut names: Vec<String> = folders.map(|entry| entry.file_name().into_string().expect("UTF-8")).collect();
    names.sort();
    assert_eq!(names, rows);
    for name in names {
        let readme = fs::read_to_string(data.join(&name).join("README.md")).unwrap_or_default();
        let licence = fs::read_to_string(data.join(&name).join("LICENSE")).unwrap_or_default();
        assert!(!licence.trim().is_empty(), "{name} has no LICENSE");
        assert!(
            readme.contains('/') && readme.contains("LICENSE"),
            "{name}/README.md names neither origin nor licence"
        );
    }
}
