//! To those who are neither of the team nor the reporter.

use desk_domain::case::Recipient;
use desk_domain::notice::*;

use crate::team::{bundle, missed};
use crate::{RECEIVED, Sample, at, clock, member, sample};

pub fn samples() -> Vec<Sample> {
    let forward = || Notice::Forward(Forward { package: "body-parser".parse().unwrap(), by: member("alice") });
    let maintainer = || Recipient::Maintainer("body-parser".parse().unwrap());
    let late = Breach {
        clock: clock("acknowledgement"),
        due_at: at(RECEIVED),
        promise: true,
        acknowledge_until: None,
        standing: None,
    };
    let announcement = Announcement {
        advisory: "EXP-2027-7K3QF".parse().unwrap(),
        subject: "Express security update: Open redirect".to_owned(),
        text: "As desk_advisory wrote it.\n\nLine by line.\n".to_owned(),
    };
    let list = || Recipient::List("express-mailing-list".parse().unwrap());
    vec![
        sample("", forward(), maintainer()).with("Dear maintainers,\n\n  a body of 5 GB is read whole.\n\nAlice"),
        sample("erased", forward(), maintainer()),
        sample("", Notice::Breach(late), Recipient::Outside),
        sample("", bundle((1..=12).map(|number| (number, missed("acknowledgement"))).collect()), Recipient::Outside),
        sample("", Notice::Announcement(announcement), list()),
    ]
}
