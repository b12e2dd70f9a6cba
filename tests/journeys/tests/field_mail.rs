//! Mails after public bug reports of ticket systems and mail libraries, and hostile ones: each ends as what stands beside it says
//! (`tests/data/field-mail`, read by `desk_journeys::field`).

use desk_journeys::field;

fn there() -> Vec<String> {
    let folders = std::fs::read_dir(desk_harness::root().join("tests/data/field-mail")).expect("the mails").flatten();
    let folders = folders.filter(|entry| entry.path().is_dir());
    let mut there: Vec<String> = folders.map(|entry| entry.file_name().into_string().expect("a name")).collect();
    there.sort();
    there
}

macro_rules! entries {
    ($($test:ident = $entry:literal),+ $(,)?) => {
        $(#[test]
        fn $test() {
            field::hold($entry);
        })+

        #[test]
        fn every_entry_is_held() {
            let mut here = vec![$($entry),+];
            here.sort_unstable();
            assert_eq!(there(), here);
        }
    };
}

entries! {
    f01_message_id_used_twice = "01-message-id-used-twice",
    f04_ack_from_outlook_pl_ru_tr = "04-ack-from-outlook-pl-ru-tr",
    f06_ack_above_and_words_below_the_quote_pl_ru = "06-ack-above-and-words-below-the-quote-pl-ru",
    f08_bare_ack_from_gmail_19_languages = "08-bare-ack-from-gmail-19-languages",
    f09_bare_ack_from_a_phone_16_signatures = "09-bare-ack-from-a-phone-16-signatures",
    f10_ack_words_below_a_rule = "10-ack-words-below-a-rule",
    f11_answer_with_a_rule_in_it = "11-answer-with-a-rule-in-it",
    f12_iso_2022_jp_without_charset = "12-iso-2022-jp-without-charset",
    f13_cp1252_called_iso_8859_1 = "13-cp1252-called-iso-8859-1",
    f15_somebody_else_has_the_reporters_token = "15-somebody-else-has-the-reporters-token",
    f16_reply_to_differs = "16-reply-to-differs",
    f17_x_auto_response_suppress_on_a_persons_mail = "17-x-auto-response-suppress-on-a-persons-mail",
    f19_out_of_office_without_signs_other_languages = "19-out-of-office-without-signs-other-languages",
    f20_another_ticket_system_answers_each_receipt = "20-another-ticket-system-answers-each-receipt",
    f22_smime_opaque_signed_report = "22-smime-opaque-signed-report",
    f23_transfer_encoding_with_a_comment = "23-transfer-encoding-with-a-comment",
    f24_subject_only_and_attachment_only = "24-subject-only-and-attachment-only",
    f26_one_mail_to_two_cases = "26-one-mail-to-two-cases",
    f27_poison_many_answers_in_quarantine = "27-poison-many-answers-in-quarantine",
    f28_quoted_and_dotted_local_parts = "28-quoted-and-dotted-local-parts",
    f29_invitation_with_text = "29-invitation-with-text",
    f30_plain_part_is_a_stub = "30-plain-part-is-a-stub",
    f40_several_from_addresses = "40-several-from-addresses",
    f41_eight_bit_headers = "41-eight-bit-headers",
    f42_message_id_written_in_other_ways = "42-message-id-written-in-other-ways",
    f43_dates = "43-dates",
    f45_resent_and_redirected = "45-resent-and-redirected",
    f48_munged_from_of_a_foreign_list = "48-munged-from-of-a-foreign-list",
    f49_read_receipts_and_delay_notices = "49-read-receipts-and-delay-notices",
    f50_smime_detached_and_pgp_mime_signed = "50-smime-detached-and-pgp-mime-signed",
    f51_encrypted_ack = "51-encrypted-ack",
    f52_ack_to_an_encrypted_report = "52-ack-to-an-encrypted-report",
    f54_ack_in_odd_places = "54-ack-in-odd-places",
    f58_report_with_the_comments_address_in_cc = "58-report-with-the-comments-address-in-cc",
    f59_answers_to_mails_that_speak_of_no_case = "59-answers-to-mails-that-speak-of-no-case",
    f63_display_name_tricks = "63-display-name-tricks",
    f64_person_of_the_projects_own_domain = "64-person-of-the-projects-own-domain",
    f65_subjects_that_begin_like_an_autoreply = "65-subjects-that-begin-like-an-autoreply",
    f68_answer_in_top_quoting_of_six_languages = "68-answer-in-top-quoting-of-six-languages",
    f70_list_mail_made_a_report = "70-list-mail-made-a-report",
    f72_ack_to_a_report_in_quarantine = "72-ack-to-a-report-in-quarantine",
    f74_charset_labels_in_the_wild = "74-charset-labels-in-the-wild",
    f75_filed_by_mistake_and_nobody_told = "75-filed-by-mistake-and-nobody-told",
    f84_clear_words_with_an_encrypted_block = "84-clear-words-with-an-encrypted-block",
    f85_somebody_elses_key_in_the_report = "85-somebody-elses-key-in-the-report",
    f86_html_with_charset_in_meta_only = "86-html-with-charset-in-meta-only",
    f101_a_better_copy_wins = "101-a-better-copy-wins",
    f102_a_proven_copy_is_first = "102-a-proven-copy-is-first",
    f103_one_answer_to_two_cases_in_other_programs = "103-one-answer-to-two-cases-in-other-programs",
    f104_ack_from_programs_of_asia_and_the_levant = "104-ack-from-programs-of-asia-and-the-levant",
    f105_bare_ack_in_further_languages = "105-bare-ack-in-further-languages",
    f106_ack_with_attachments = "106-ack-with-attachments",
    f107_ack_with_words_below_other_rules = "107-ack-with-words-below-other-rules",
    f108_what_is_no_ack = "108-what-is-no-ack",
    f109_encrypted_acks = "109-encrypted-acks",
    f110_others_with_the_reporters_token = "110-others-with-the-reporters-token",
    f111_persons_in_the_clothes_of_machines = "111-persons-in-the-clothes-of-machines",
    f112_vacation_notes_in_further_languages = "112-vacation-notes-in-further-languages",
    f113_other_lists_made_reports = "113-other-lists-made-reports",
    f114_the_comments_address_among_others = "114-the-comments-address-among-others",
    f115_no_code_in_clear_to_who_wrote_encrypted = "115-no-code-in-clear-to-who-wrote-encrypted",
    f116_clear_words_around_a_block_in_other_programs = "116-clear-words-around-a-block-in-other-programs",
    f118_an_answer_stands_as_written = "118-an-answer-stands-as-written",
    f119_our_own_is_folded_in_further_languages = "119-our-own-is-folded-in-further-languages",
    f120_winmail_dat = "120-winmail-dat",
    f121_an_answer_in_winmail_dat = "121-an-answer-in-winmail-dat",
    f122_words_cut_inside_a_character = "122-words-cut-inside-a-character",
    f123_names_of_files_cut_inside_a_character = "123-names-of-files-cut-inside-a-character",
    f124_where_links_lead = "124-where-links-lead",
    f117_keys_of_others_and_ones_own = "117-keys-of-others-and-ones-own",
    f125_the_senders_own_key_beside_anothers = "125-the-senders-own-key-beside-anothers",
    f126_many_unproven_answers_of_other_programs = "126-many-unproven-answers-of-other-programs",
    f127_words_that_nobody_sees = "127-words-that-nobody-sees",
    f128_opaque_smime_that_cannot_be_opened = "128-opaque-smime-that-cannot-be-opened",
    f129_opaque_smime_in_other_programs = "129-opaque-smime-in-other-programs",
}
