//! To whoever was invited to a case, and to the handler of what they say.

use desk_domain::case::embargo::EmbargoEnd;
use desk_domain::case::publication::When;
use desk_domain::case::share::SharedThing;
use desk_domain::case::{PartyStatus, Recipient};
use desk_domain::id::PartyId;
use desk_domain::moment::Moment;
use desk_domain::notice::*;

use crate::{Sample, alice, member, sample};

pub fn samples() -> Vec<Sample> {
    to_parties().into_iter().chain(to_handler()).collect()
}

fn to_handler() -> Vec<Sample> {
    let said = |setting, what, words| {
        sample(setting, Notice::PartySpoke(PartySpoke { party: PartyId::nth(2), what, words }), alice())
    };
    let on = || "2027-04-15T15:00[Europe/Berlin]".parse().unwrap();
    let patch = |agrees| PartyWord::Share { what: SharedThing::Patch, agrees };
    vec![
        said("joined", PartyWord::Joined, false),
        said("wrote", PartyWord::Wrote, true),
        said("affected", PartyWord::Status(PartyStatus::Affected), true),
        said("not-affected", PartyWord::Status(PartyStatus::NotAffected), false),
        said("unknown", PartyWord::Status(PartyStatus::Unknown), false),
        said("agrees", PartyWord::Date { agrees: true, on: "2027-04-08".parse().unwrap() }, false),
        said("does-not-agree", PartyWord::Date { agrees: false, on: on() }, false),
        said("unreached", PartyWord::Unreached, false),
        said("fixes-it", patch(true), false),
        said("fixes-it-not", patch(false), true),
        sample("party", Notice::OutsiderReplied(OutsiderReplied { from: Recipient::Party(PartyId::nth(2)) }), alice()),
    ]
}

/// To whoever was invited to the case.
fn to_parties() -> Vec<Sample> {
    let party = || Recipient::Party(PartyId::nth(2));
    let by = || member("alice");
    let (first, then) = (|| "2027-04-08".parse().unwrap(), || "2027-04-15T15:00[Europe/Berlin]".parse().unwrap());
    let invited = || Notice::PartyInvited(PartyInvited { by: by() });
    let ended = |joined| Notice::PartyEnded(PartyEnded { by: by(), joined });
    let at = |on: Option<Moment>| on.map(When::At);
    let publication =
        |before, off| Notice::PartyPublication(PartyPublication { on: When::At(then()), before: at(before), off });
    let released = |off| Notice::PartyPublication(PartyPublication { on: When::Released, before: None, off });
    let closed = |reopened| Notice::PartyClosed(PartyClosed { reopened });
    vec![
        sample("", invited(), party())
            .with("legal-winner-thank-year-wave-sausage-worth-useful-legal-winner-thank-yellow"),
        sample("withheld", invited(), party()),
        sample("erased", invited(), party()),
        sample("", Notice::PartyTold(PartyTold { by: by() }), party()),
        sample("", Notice::PartyDate(PartyDate { on: first(), before: None }), party()),
        sample("moved", Notice::PartyDate(PartyDate { on: then(), before: Some(first()) }), party()),
        sample("", Notice::PartyEmbargo(PartyEmbargo { ends: first(), over: None }), party()),
        sample("over", Notice::PartyEmbargo(PartyEmbargo { ends: first(), over: Some(EmbargoEnd::Public) }), party()),
        sample("", publication(None, false), party()),
        sample("moved", publication(Some(first()), false), party()),
        sample("off", publication(None, true), party()),
        sample("released", released(false), party()),
        sample("released-off", released(true), party()),
        sample("", ended(false), party()),
        sample("joined", ended(true), party()),
        sample("", Notice::PartyPublished(PartyPublished {}), party()),
        sample("", Notice::PartyCorrected(PartyCorrected { withdrawn: false }), party()),
        sample("withdrawn", Notice::PartyCorrected(PartyCorrected { withdrawn: true }), party()),
        sample("", closed(false), party()),
        sample("reopened", closed(true), party()),
    ]
}
