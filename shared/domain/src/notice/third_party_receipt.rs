use super::*;
use crate::id::PackageName;

/// To the reporter of a problem in a module that others maintain: it is taken all the same, and this is where it belongs
/// (T35, T36).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ThirdPartyReceipt {
    pub package: PackageName,
    pub receipt: Receipt,
}

impl ThirdPartyReceipt {
    pub(super) fn letter(&self, at: &Setting<'_>) -> Letter {
        let letter = Letter::new(at.subject("Your report, and who maintains the module")).say(format!(
            "Thank you for your report. It has arrived and is stored. It names {}, which {} does not maintain.",
            self.package,
            at.project()
        ));
        self.receipt.promised(those_who_do(letter, &self.package, at), at)
    }
}

/// Where it belongs too.
pub(super) fn those_who_do(letter: Letter, package: &PackageName, at: &Setting<'_>) -> Letter {
    let Some(module) = at.policy.third_party(package.as_str()) else { return letter };
    letter
        .say("Please report it to those who do, too; they can fix it. We forward nothing unless you agree to it:")
        .facts(vec![
            ("Maintained by".to_owned(), module.maintainer.clone()),
            ("Reports go to".to_owned(), module.contact.strip_prefix("mailto:").unwrap_or(&module.contact).to_owned()),
        ])
}
