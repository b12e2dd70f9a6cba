//! What a machine may write to a reporter's address: anybody can type anybody's into a form. What is proven by the mail that it came
//! in has a day's mails of its own, which nothing that others type uses up.

use desk_domain::case::Recipient;
use desk_domain::notice::Urgency;
use desk_store::deliveries::DeliveryRecord;
use desk_store::{Allowance, Fault};

use crate::Deliver;

impl Deliver {
    /// Whether the delivery may go to `to`; if not, it has ended as withheld. Only what goes out by itself is counted: a
    /// person's words, what a person asked to have sent, and whatever follows once a member has written to that reporter (T28)
    /// each have somebody behind them.
    pub(crate) async fn allowed(&self, record: &DeliveryRecord, to: &str) -> Result<bool, Fault> {
        let delivery = &record.delivery;
        let (Recipient::Reporter, Some(case)) = (&delivery.recipient, &delivery.case) else { return Ok(true) };
        if delivery.notice.has_somebody_behind() || record.allowed {
            return Ok(true);
        }
        let Some(stored) = self.cases.case(case).await? else { return Ok(true) };
        if stored.case.steps.acknowledged.is_some() {
            return Ok(true);
        }
        let (rules, now) = (&self.policy.mail, self.clock.now());
        let most = match stored.case.address_authenticated() {
            true => (rules.automatic_per_day_authenticated, None),
            false => (rules.automatic_per_day_typed, Some(rules.automatic_per_day_all)),
        };
        let address = self.reply_tokens.address_hashes(&mailbox(to)).swap_remove(0);
        let broken = delivery.notice.urgency() == Urgency::Breach;
        let why = match self.mail.take_allowance(&delivery.id, &address, most, broken, now).await? {
            Allowance::Granted => return Ok(true),
            Allowance::AddressSpent => "its address has had the day's automatic mails",
            Allowance::AllSpent => {
                if self.mail.tells_all_spent(now).await? {
                    tracing::error!(alarm = "budget", "the day's automatic mails to typed addresses are used up");
                }
                "the day's automatic mails to typed addresses are used up"
            }
        };
        self.withheld(record, why).await?;
        Ok(false)
    }

    /// It does not go, and nobody need look at it.
    pub(crate) async fn withheld(&self, record: &DeliveryRecord, why: &'static str) -> Result<(), Fault> {
        let id = record.delivery.id.as_str();
        self.mail.withhold(id, why, self.clock.now()).await?;
        tracing::warn!(delivery = id, why, metric.Withheld = 1, "an automatic mail is withheld");
        self.erase_words(record).await
    }
}

/// Providers that deliver `a.b@` where `ab@` is, and the names that one of them goes by.
const WITHOUT_DOTS: [&str; 2] = ["gmail.com", "googlemail.com"];
/// Providers that take what stands after a minus as others take it after a plus.
const WITH_MINUS: [&str; 2] = ["yahoo.com", "ymail.com"];

/// The mailbox that an address leads to: case, what stands after a plus, and at some providers dots are its owner's own business,
/// and would make one mailbox look like many.
fn mailbox(address: &str) -> String {
    let small = address.trim().to_lowercase();
    let Some((local, domain)) = small.rsplit_once('@') else { return small };
    let before = |sign: char| local.split(sign).next().filter(|l| !l.is_empty()).unwrap_or(local);
    let local = if WITH_MINUS.contains(&domain) { before('-') } else { before('+') };
    match WITHOUT_DOTS.contains(&domain) {
        true => format!("{}@gmail.com", local.replace('.', "")),
        false => format!("{local}@{domain}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plus_makes_no_other_mailbox() {
        assert_eq!(mailbox("rita+1@example.org"), mailbox("rita@example.org"));
        assert_eq!(mailbox("+x@example.org"), "+x@example.org");
        assert_eq!(mailbox("nothing"), "nothing");
        for same in ["R.I.T.A@gmail.com", "rita+x@GoogleMail.com", "rita@gmail.com"] {
            assert_eq!(mailbox(same), "rita@gmail.com");
        }
        assert_ne!(mailbox("r.ita@example.org"), mailbox("rita@example.org"));
    }
}
