//! Journeys as texts; what came of each was read by a person, and is kept beside it, act by act.

use std::path::PathBuf;

use desk_journeys::{Act, perform};

/// An act that is longer is no good reading: a script is cut by `# act: NAME`.
const LONGEST: usize = 300;

fn folder() -> PathBuf {
    desk_harness::root().join("tests/journeys/scripts")
}

/// The names of the files there that end so, sorted.
fn there(end: &str) -> Vec<String> {
    let files = std::fs::read_dir(folder()).unwrap().flatten().map(|f| f.file_name().into_string().unwrap());
    let mut there: Vec<String> = files.filter_map(|f| f.strip_suffix(end).map(str::to_owned)).collect();
    there.sort();
    there
}

/// Each act is as it was kept, and no other is.
fn as_kept(script: &str, acts: &[Act]) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../scripts");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| acts.iter().for_each(|act| insta::assert_snapshot!(act.name.as_str(), act.transcript)));
    let of_it = |name: &String| name == script || name.starts_with(&format!("{script}."));
    let kept: Vec<String> = there(".snap").into_iter().filter(of_it).collect();
    let performed: Vec<&str> = acts.iter().map(|act| act.name.as_str()).collect();
    assert_eq!(kept, performed, "the acts that are kept, and those of the script");
}

macro_rules! scripts {
    ($($test:ident = $script:literal $(rings $($alarm:literal)+)?),+ $(,)?) => {
        $(#[test]
        fn $test() {
            as_kept($script, &perform($script, &[$($($alarm),+)?]));
        })+

        #[test]
        fn every_script_is_performed() {
            let mut here = vec![$($script),+];
            here.sort();
            assert_eq!(there(".txt"), here);
        }
    };
}

#[test]
fn every_act_can_be_read_in_one_go() {
    let lines = |name: &String| std::fs::read_to_string(folder().join(format!("{name}.snap"))).unwrap().lines().count();
    let long: Vec<String> = there(".snap").into_iter().filter(|name| lines(name) > LONGEST).collect();
    assert!(long.is_empty(), "cut them by `# act: NAME`: {long:?}");
}

scripts! {
    what_is_attacked_cannot_wait = "attacked",
    t15_t21_t25_t28_t42_acknowledged_in_time = "acknowledged-in-time",
    t20_t22_t40_t41_left_alone = "left-alone" rings "breach",
    the_four_real_advisories = "real-advisories" rings "breach",
    t32_t33_silence = "silence",
    t24_t46_the_ways_that_a_case_can_end = "ends",
    t46_other_ends_and_the_way_back = "other-ends",
    t32_closed = "closed",
    t34_shared = "shared",
    t34_parties = "parties",
    t6_t54_embargo = "embargo",
    t30_t54_scheduled = "scheduled",
    t39_a_member_opens_a_case = "opened" rings "breach",
    duplicates = "duplicates",
    let_in = "let-in",
    t23_bounce = "bounce",
    t10_t32_by_mail_alone = "by-mail-alone",
    t10_what_a_reporter_says_by_mail = "said-by-mail",
    t33_set_aside_and_back = "set-aside-and-back",
    t10_quarantine = "quarantine",
    t35_t36_t37_t38_third_party = "third-party",
    t59_t60_policy_comment = "policy-comment" rings "breach",
    t12_unreadable = "unreadable",
    t13_automatic = "automatic",
    t7_t30_t44_t47_t54_express_start_to_end = "express-start-to-end",
}
