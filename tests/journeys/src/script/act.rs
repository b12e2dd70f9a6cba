//! A transcript is kept in acts, so that each can be read in one go: `# act: NAME` begins one. What stands before the first
//! belongs to it.

/// How a line begins that begins an act.
const BEGINS: &str = "# act: ";

/// A part of a transcript.
#[derive(Default)]
pub struct Act {
    /// `SCRIPT`, or `SCRIPT.1-NAME` where a script has several.
    pub name: String,
    pub transcript: String,
}

/// The transcript being written.
pub(super) struct Acts {
    script: String,
    acts: Vec<Act>,
}

impl Acts {
    pub(super) fn of(script: &str) -> Acts {
        Acts { script: script.to_owned(), acts: vec![Act { name: script.to_owned(), ..Act::default() }] }
    }

    /// A line of the script, before it is performed.
    pub(super) fn line(&mut self, line: &str) {
        let Some(name) = line.strip_prefix(BEGINS) else { return };
        let named = self.acts[0].name != self.script;
        let name = format!("{}.{}-{}", self.script, self.acts.len() + usize::from(named), name.replace(' ', "-"));
        match named {
            true => self.acts.push(Act { name, ..Act::default() }),
            false => self.acts[0].name = name,
        }
    }

    /// What came of it.
    pub(super) fn write(&mut self, text: &str) {
        self.acts.last_mut().expect("at least one").transcript += text;
    }

    pub(super) fn done(self) -> Vec<Act> {
        self.acts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(script: &str) -> Vec<(String, String)> {
        let mut acts = Acts::of("s");
        for line in script.lines() {
            acts.line(line);
            acts.write(&format!("{line}\n"));
        }
        acts.done().into_iter().map(|act| (act.name, act.transcript)).collect()
    }

    #[test]
    fn a_script_without_acts_is_one() {
        assert_eq!(names("# a\nmails"), [("s".to_owned(), "# a\nmails\n".to_owned())]);
    }

    #[test]
    fn acts_are_counted_and_the_first_has_what_stands_before_it() {
        let acts = names("# a\n# act: one\nmails\n# act: the other\nboard");
        let of = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        let expected = [of("s.1-one", "# a\n# act: one\nmails\n"), of("s.2-the-other", "# act: the other\nboard\n")];
        assert_eq!(acts, expected);
    }
}
