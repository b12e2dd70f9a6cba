use pulldown_cmark::{Event, Parser, Tag};
use serde_json::Value;

use super::*;
use crate::markdown::TRAPS;

const PUBLISHED: [&str; 4] = [
    include_str!("../../../../tests/data/advisories/GHSA-pxg6-pf52-xh8x.json"),
    include_str!("../../../../tests/data/advisories/GHSA-qw6h-vgh9-j6wx.json"),
    include_str!("../../../../tests/data/advisories/GHSA-qwcr-r2fm-qrc7.json"),
    include_str!("../../../../tests/data/advisories/GHSA-rv95-896h-c2vc.json"),
];

fn plain(markdown: &str) -> String {
    text(markdown, &mut Notes::default())
}

#[test]
fn links_are_footnotes_and_an_address_is_said_once() {
    let text = "See [the fix](https://a.example/fix \"Fix\"), [the same](https://a.example/fix \"Fix\"), \
                <https://b.example>, https://c.example, [https://d.example](https://d.example), <a@e.example>, [above](#top) \
                and ![a diagram](https://f.example/d.png).";
    assert_eq!(
        plain(text),
        "See the fix [1], the same [1], https://b.example, https://c.example,\n\
         https://d.example, a@e.example, above and a diagram [2].\n\n\
         [1] https://a.example/fix \"Fix\"\n\
         [2] https://f.example/d.png"
    );
}

#[test]
fn numbers_go_on_from_part_to_part() {
    let mut notes = Notes::default();
    assert_eq!(text("[a](https://a.example)", &mut notes), "a [1]\n\n[1] https://a.example");
    assert_eq!(text("no link", &mut notes), "no link");
    assert_eq!(text("[a](https://a.example)", &mut notes), "a [2]\n\n[2] https://a.example");
}

#[test]
fn a_table_stands_in_columns_and_a_wide_one_row_by_row() {
    let narrow = "| Line | Fixed in |\n|--|--:|\n| `4.x` | **4.19.2** |\n| 5.0 | [5.0.1](https://a.example) |";
    assert_eq!(
        plain(narrow),
        "Line   Fixed in\n-----  ---------\n`4.x`  *4.19.2*\n5.0    5.0.1 [1]\n\n[1] https://a.example"
    );
    let wide = format!("| What | Why |\n|--|--|\n| {} | short |\n| b | |", "many words ".repeat(9));
    let folded = format!("What: {}many\nwords many words many words", "many words ".repeat(6));
    assert_eq!(plain(&wide), format!("{folded}\nWhy: short\n\nWhat: b\nWhy:"));
}

#[test]
fn lists_quotes_and_what_is_within_them_keep_their_shape() {
    let long = "word ".repeat(20);
    let folded = format!("{}\n  {}", "word ".repeat(15).trim(), "word ".repeat(5).trim());
    assert_eq!(
        plain(&format!("Text\n* {long}\n* b\n  1. c\n  2. d\n\n     e")),
        format!("Text\n\n* {folded}\n* b\n\n  1. c\n\n  2. d\n\n     e")
    );
    assert_eq!(plain("* a\n  * b\n    * c\n* d\n9. e\n1. f"), "* a\n  * b\n    * c\n* d\n\n9. e\n10. f");
    assert_eq!(plain("> a\n> > b\n> > ```\n> > c  d\n> > ```\n>\n> * e"), "> a\n>\n> > b\n> >\n> >     c  d\n>\n> * e");
    assert_eq!(plain("* > a\n*\n* b"), "* > a\n*\n* b");
}

#[test]
fn headings_and_code_are_told_from_prose() {
    assert_eq!(plain("# A `b`\nc\n\nD\n=\ne\n***\nf"), "A `b`\n-----\n\nc\n\nD\n-\n\ne\n\n* * *\n\nf");
    let code = "x = \"  two  spaces\"; // ".to_owned() + &"long ".repeat(30);
    assert_eq!(plain(&format!("a\n```js\n{code}\n\n  y\n```\nb")), format!("a\n\n    {}\n\n      y\n\nb", code.trim()));
    let span = "`npm  install  express@4`";
    assert_eq!(plain(&format!("{}{span}", "word ".repeat(13))), format!("{}\n{span}", "word ".repeat(13).trim()));
    assert_eq!(plain("`` a`b `` and `` ` ``"), "``a`b`` and `` ` ``");
}

#[test]
fn of_html_the_words_stay_and_where_it_leads() {
    assert_eq!(
        plain(
            "<details>\n<summary>More &amp; <b>more</b></summary>\nIn <a title=\"a>b\" href=\"https://a.example/?b&amp;c\">here</a>.<br>\
             Next\n</details>\n\n<!-- hidden -->\n<script>run()</script>\n\n\
             a <i>b</i><br/>c <a href='https://d.example'>d</a> <img src=https://e.example/e.png alt=\"an image\"> \
             <a href=\"javascript:x\">f</a>"
        ),
        "More & more\nIn here [1].\nNext\n\na b\nc d [2] an image [3] f\n\n\
         [1] https://a.example/?b&c\n[2] https://d.example\n[3] https://e.example/e.png"
    );
}

/// No address is broken, however long, and no line of prose is long without one.
#[test]
fn lines_are_folded_between_words_alone() {
    let address = format!("https://a.example/{}?b-c=d&e/f-g", "long-path/".repeat(12));
    let text = plain(&format!("{}{address} {}\n\n> * [x]({address})", "word ".repeat(10), "word ".repeat(30)));
    assert!(text.lines().any(|line| line == address), "{text}");
    assert!(text.ends_with(&format!("\n\n[1] {address}")), "{text}");
    assert!(text.lines().all(|line| line.len() <= WIDTH || line.contains(&address)), "{text}");
}

#[test]
fn a_reference_makes_no_line_and_hides_nothing() {
    assert_eq!(plain("a&#10;-- &#10;b &#x202e;c"), "a --  b \\u{202E}c");
}

#[test]
fn what_is_deep_comes_to_an_end() {
    for deep in [">".repeat(3000) + "a", "* ".repeat(1500) + "a", "> 1. ".repeat(800) + "a"] {
        let text = plain(&format!("{deep} {}", "word ".repeat(400)));
        assert!(text.contains("a word") && text.len() < 200_000, "{}", text.len());
    }
}

/// Every word and every address, for any pieces beside one another.
fn keeps_all(markdown: &str) {
    let plain = plain(markdown);
    let words: Vec<String> = plain.split_whitespace().map(str::to_owned).collect();
    let has = |word: &str| words.iter().any(|found| found.contains(word));
    let mut parser = Parser::new_ext(markdown, OPTIONS);
    for event in parser.by_ref() {
        match event {
            Event::Text(text) | Event::Code(text) => {
                let lost: Vec<&str> = text.split_whitespace().filter(|word| !has(&shown(word))).collect();
                assert!(lost.is_empty(), "{lost:?} of {markdown:?} in {plain:?}");
            }
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) if !dest_url.starts_with('#') => {
                let lost: Vec<&str> = dest_url.split_whitespace().filter(|word| !has(&shown(word))).collect();
                assert!(lost.is_empty(), "{dest_url} of {markdown:?} in {plain:?}");
            }
            _ => {}
        }
    }
}

#[test]
fn nothing_is_lost_of_any_five_pieces() {
    let pieces = [
        "word",
        " [a](https://a.example/x_y-z) ",
        "\n\n",
        "\n",
        "* ",
        "> ",
        "1. ",
        "    ",
        "`` c `d` ``",
        "```\n",
        "| e | f |\n|--|--|\n",
        "**",
        "_",
        "# ",
        "<b>",
        "<a href=\"https://g.example\">",
        "</a>",
        "![h](i.png)",
        "&lt;",
        "\\*",
        "---\n",
        "<div>\n",
    ];
    for first in pieces {
        for second in pieces {
            for third in pieces {
                keeps_all(&[first, second, third, second, first].concat());
            }
        }
    }
}

#[test]
fn nothing_is_lost_of_what_was_published_or_is_hostile() {
    TRAPS.iter().for_each(|trap| keeps_all(trap));
    for record in PUBLISHED {
        let record: Value = serde_json::from_str(record).unwrap();
        let details = record["details"].as_str().unwrap();
        keeps_all(details);
        let is_long = |line: &&str| line.chars().count() > WIDTH && !line.contains("://") && !line.starts_with("    ");
        assert_eq!(plain(details).lines().find(is_long), None);
    }
}
