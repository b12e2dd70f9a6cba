//! Journeys as texts; what came of each was read by a person, and is kept beside it.

use desk_journeys::perform;

macro_rules! scripts {
    ($($test:ident = $script:literal $(rings $($alarm:literal)+)?),+ $(,)?) => {
        $(#[test]
        fn $test() {
            let mut settings = insta::Settings::clone_current();
            settings.set_snapshot_path("../scripts");
            settings.set_prepend_module_to_snapshot(false);
            settings.set_omit_expression(true);
            settings.bind(|| insta::assert_snapshot!($script, perform($script, &[$($($alarm),+)?])));
        })+

        #[test]
        fn every_script_is_performed() {
            let folder = desk_harness::root().join("tests/journeys/scripts");
            let files = std::fs::read_dir(folder).unwrap().flatten().map(|f| f.file_name().into_string().unwrap());
            let mut there: Vec<String> = files.filter_map(|f| f.strip_suffix(".txt").map(str::to_owned)).collect();
            let mut here = vec![$($script),+];
            there.sort();
            here.sort();
            assert_eq!(there, here);
        }
    };
}

scripts! {
    t15_t21_t25_t28_t42_acknowledged_in_time = "acknowledged-in-time",
    t20_t22_t40_t41_left_alone = "left-alone" rings "breach",
    the_four_real_advisories = "real-advisories" rings "breach",
    t32_t33_silence = "silence",
    t24_t46_the_ways_that_a_case_can_end = "ends",
    t23_bounce = "bounce",
    t10_t32_by_mail_alone = "by-mail-alone",
    t33_set_aside_and_back = "set-aside-and-back",
    t10_quarantine = "quarantine",
    t35_t36_t37_t38_third_party = "third-party",
    t59_t60_policy_comment = "policy-comment" rings "breach",
    t12_unreadable = "unreadable",
    t13_automatic = "automatic",
    t7_t30_t44_t47_t54_express_start_to_end = "express-start-to-end",
}
