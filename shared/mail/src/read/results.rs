//! Reads `Authentication-Results` (RFC 8601). Comments and quoted strings hold what a sender chose, so nothing in them
//! counts.

/// What was found, of one field.
pub(super) struct Results {
    /// Who says so; empty where it is left out, as Microsoft does.
    pub by: String,
    pub found: Vec<Found>,
}

/// `method=result property=value …`; all but the values in lower case.
pub(super) struct Found {
    pub method: String,
    pub result: String,
    pub properties: Vec<(String, String)>,
}

impl Found {
    pub fn property(&self, name: &str) -> Option<&str> {
        self.properties.iter().find(|(property, _)| property == name).map(|(_, value)| value.as_str())
    }
}

impl Results {
    /// The value of a field, unfolded or not.
    pub fn read(value: &str) -> Self {
        let mut groups = groups(value).into_iter();
        let mut first = groups.next().unwrap_or_default();
        let mut by = String::new();
        let mut found = Vec::new();
        if first.first().is_some_and(|token| !token.contains('=')) {
            // A version may follow the name.
            by = first.remove(0).to_lowercase();
        } else {
            found.extend(found_in(&first));
        }
        found.extend(groups.filter_map(|group| found_in(&group)));
        Self { by, found }
    }

    pub fn of<'a>(&'a self, method: &'a str) -> impl Iterator<Item = &'a Found> + 'a {
        self.found.iter().filter(move |found| found.method == method)
    }
}

fn found_in(tokens: &[String]) -> Option<Found> {
    let mut pairs = tokens.iter().filter_map(|token| token.split_once('='));
    let (method, result) = pairs.next()?;
    // A method may name its version: `dkim/1`.
    let method = method.split('/').next().unwrap_or_default().to_lowercase();
    let properties = pairs.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
    Some(Found { method, result: result.to_lowercase(), properties })
}

/// The groups between semicolons, each as its tokens; without comments, which nest; quotes taken off. A quote or
/// comment that is never closed takes all that follows: then less is believed, not more.
fn groups(value: &str) -> Vec<Vec<String>> {
    let mut groups = vec![Vec::new()];
    let mut token = String::new();
    let mut depth = 0_usize;
    let mut quoted = false;
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' if depth > 0 => {
                chars.next();
            }
            '\\' if quoted => token.extend(chars.next()),
            '(' if !quoted => depth += 1,
            ')' if depth > 0 => depth -= 1,
            _ if depth > 0 => {}
            '"' => quoted = !quoted,
            // Quoted, it separates nothing.
            '=' if quoted && !token.contains('=') => token.push(char::REPLACEMENT_CHARACTER),
            _ if quoted => token.push(c),
            ';' => {
                end(&mut token, &mut groups);
                groups.push(Vec::new());
            }
            '=' if token.is_empty() => join(&mut token, &mut groups),
            c if c.is_whitespace() => {
                if !token.ends_with('=') {
                    end(&mut token, &mut groups);
                }
            }
            _ => token.push(c),
        }
    }
    end(&mut token, &mut groups);
    groups
}

fn end(token: &mut String, groups: &mut [Vec<String>]) {
    if let (false, Some(group)) = (token.is_empty(), groups.last_mut()) {
        group.push(std::mem::take(token));
    }
}

/// `method = result`: the equals sign belongs to the token before it.
fn join(token: &mut String, groups: &mut [Vec<String>]) {
    let before = groups.last_mut().and_then(Vec::pop).unwrap_or_default();
    *token = before + "=";
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(value: &str) -> String {
        let results = Results::read(value);
        let found = results.found.iter().map(|f| format!("{}={} {:?}", f.method, f.result, f.properties));
        format!("{}: {}", results.by, found.collect::<Vec<_>>().join("; "))
    }

    #[test]
    fn the_forms_of_several_writers_are_read() {
        assert_eq!(
            shown("mx.google.com;\r\n dkim=pass header.i=@a.org header.s=s;\r\n dmarc=pass (p=NONE) header.from=a.org"),
            "mx.google.com: dkim=pass [(\"header.i\", \"@a.org\"), (\"header.s\", \"s\")]; \
             dmarc=pass [(\"header.from\", \"a.org\")]"
        );
        assert_eq!(
            shown("spf=pass (ip) smtp.mailfrom=a.org; dkim=none"),
            r#": spf=pass [("smtp.mailfrom", "a.org")]; dkim=none []"#
        );
        assert_eq!(shown("Example.org 1; DKIM/1 = Pass"), "example.org: dkim=pass []");
        assert_eq!(shown("example.org; none"), "example.org: ");
        assert_eq!(shown(""), ": ");
    }

    #[test]
    fn what_a_sender_chose_does_not_count() {
        assert_eq!(shown("a; spf=fail (x (y) \\) ; dmarc=pass) z"), "a: spf=fail []");
        assert_eq!(shown("a; spf=fail x=\"; dmarc=pass\""), r#"a: spf=fail [("x", "; dmarc=pass")]"#);
        assert_eq!(shown("a; spf=fail; \"dmarc=pass\" x=y"), "a: spf=fail []; x=y []");
        assert_eq!(shown("a; spf=fail (never closed; dmarc=pass"), "a: spf=fail []");
        assert_eq!(shown("a; spf=fail \"never closed; dmarc=pass"), "a: spf=fail []");
    }
}
