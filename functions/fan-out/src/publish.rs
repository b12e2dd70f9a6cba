//! Publishing, in two recorded steps. A `Published` event puts the advisory where it is public and plans its channels, each an
//! item that stays due until it is done; then each is served: written, read back, and recorded as an event of the case. A
//! crash anywhere leaves something due, and every step may be repeated: an object is put whole, a mail's delivery follows
//! from its cause, and an announcement counts once.
//!
//! What leads to something is written after it: the pages of all advisories wait for the advisory's own, and the list mail
//! for its page.

use desk_advisory::channel::{self, Object, Registry, Serving};
use desk_advisory::{Site, figures_page};
use desk_call::Later;
use desk_domain::advisory::{Advisory, Published};
use desk_domain::case::event::ContentRef;
use desk_domain::case::{Case, Event, EventBody, Recipient};
use desk_domain::id::{AdvisoryId, CaseId, ChannelId};
use desk_domain::notice::{Announcement, Notice};
use desk_domain::policy::{Channel, OwnChannel};
use desk_store::Fault;
use desk_store::deliveries::{Delivery, State};
use desk_store::objects::{If, Object as Stored, Put};
use desk_store::published::{ChannelRecord, ChannelState};
use jiff::{SignedDuration, Timestamp};

use crate::FanOut;
use crate::outcome::which_time;
use crate::said::{self, Publication};

/// How often two that publish at the same moment may get in each other's way.
const ATTEMPTS: u32 = 12;
/// A mail that SES took counts as announced after this, though nobody told that it was delivered.
pub(crate) const TAKEN_IS_ENOUGH: SignedDuration = SignedDuration::from_mins(5);

/// What came of serving a channel.
pub(crate) enum Served {
    Done,
    /// Not yet: another channel comes first.
    Later,
    /// A mail to a list, planned then; nothing has told yet that it went out.
    OnItsWay(Timestamp),
    /// In vain, for this reason; tried again soon.
    Failed(&'static str),
    /// In vain, for this reason, and not to be tried sooner than whoever was called says.
    PutOff(&'static str, Later),
    /// Not taken, for this reason: what changes that is a person's doing, so it is tried again rarely.
    Refused(&'static str),
}

/// Objects that more than one may write at the same time, by what they are made of.
pub(crate) enum Shared<'a> {
    /// Of one advisory, in the form that is public when they are written: this one, or a later.
    OfOne(&'a Published, &'a (dyn Fn(&Site<'_>, &Published) -> Vec<Object> + Sync)),
    /// Of everything that is published, newest first.
    OfAll(&'a (dyn Fn(&Site<'_>, &[Published]) -> Vec<Object> + Sync)),
    /// Of the figures that anybody may see.
    Figures,
}

impl Shared<'_> {
    fn keys(&self, site: &Site<'_>) -> Vec<String> {
        match self {
            Shared::OfOne(published, render) => keys(render(site, published)),
            Shared::OfAll(render) => keys(render(site, &[])),
            Shared::Figures => figures_page::KEYS.map(str::to_owned).into(),
        }
    }
}

/// The channel whose files something leads to, which is written after them.
fn leads_to(channel: &ChannelId) -> OwnChannel {
    match OwnChannel::of(channel) {
        Some(OwnChannel::CsafProvider) => OwnChannel::Csaf,
        Some(
            OwnChannel::AdvisoryPage | OwnChannel::Osv | OwnChannel::Csaf | OwnChannel::Feed | OwnChannel::UpdatesPage,
        )
        | None => OwnChannel::AdvisoryPage,
    }
}

fn keys(objects: Vec<Object>) -> Vec<String> {
    objects.into_iter().map(|object| object.key).collect()
}

impl FanOut {
    pub(crate) fn site(&self) -> Site<'_> {
        Site { policy: &self.policy, url: &self.site_url, desk_url: &self.public_url }
    }

    /// What an event makes public: an advisory, or another form of one. `from` is the first event of its transaction; nothing that was
    /// done before is done again.
    ///
    /// # Errors
    /// A fault of the store; damage when it is not the team's word, or what was approved is not what the event names.
    pub(crate) async fn made_public(&self, case: &Case, event: &Event, from: u64) -> Result<(), Fault> {
        if let EventBody::NameTakenOut { revision, channels } = &event.body {
            self.is_in_log(&case.id, event).await?;
            let form = |before: Option<Published>| async { Ok(before.map(|before| before.without_names(event.at))) };
            return self.put_anew(&case.id, *revision, channels, form).await;
        }
        match said::publication(event, from) {
            Some(said) => self.release(&case.id, event, &said).await,
            None => Ok(()),
        }
    }

    async fn release(&self, case: &CaseId, event: &Event, said: &Publication<'_>) -> Result<(), Fault> {
        self.is_said(case, event, said).await?;
        let form = |before: Option<Published>| async {
            let advisory = self.unsealed(case, said.content).await?;
            Ok(Some(match before {
                None => Published::first(&self.policy, case, advisory, event.at),
                Some(before) => before.revised(advisory, event.at),
            }))
        };
        self.put_anew(case, said.revision, said.channels, form).await
    }

    /// Plans the channels of a revision and puts its form, which `form` makes of the one before; where that was done, nothing.
    async fn put_anew<Form>(
        &self,
        case: &CaseId,
        revision: u32,
        channels: &[ChannelId],
        form: impl FnOnce(Option<Published>) -> Form,
    ) -> Result<(), Fault>
    where
        Form: Future<Output = Result<Option<Published>, Fault>>,
    {
        let (id, now) = (AdvisoryId::from(case), self.clock.now());
        let before = self.published.published(&id).await?;
        let has = before.as_ref().map(Published::revision);
        if has.is_none_or(|has| has < revision) {
            if has.map_or(0, |has| has + 1) != revision {
                return Err(Fault::Retryable(format!("{id}: the form before revision {revision} is not public yet")));
            }
            let published = form(before).await?;
            for channel in channels {
                self.published.plan_channel((&id, revision), channel, case, now).await?;
            }
            if let Some(published) = &published {
                self.published.put_published(published).await?;
            }
            tracing::info!(advisory = %id, revision, "published");
        }
        // What was planned waits for the form, and may have been looked at before that was there.
        for channel in channels {
            self.published.touch_channel(&id, channel, now).await?;
        }
        Ok(())
    }

    /// The final form, if it is the very content that the event names.
    async fn unsealed(&self, case: &CaseId, content: &ContentRef) -> Result<Advisory, Fault> {
        let damaged = |why: &str| Fault::Damaged(format!("the approved advisory of {case} {why}"));
        let sealed = self.cases.named_content(case, content).await?.ok_or_else(|| damaged("is gone"))?;
        let plain = self.release_key.unseal(&sealed).await?.ok_or_else(|| damaged("cannot be opened"))?;
        serde_json::from_slice(&plain).map_err(|_| damaged("cannot be read"))
    }

    /// Serves every channel of an advisory that is due, in the order in which one leads to another.
    ///
    /// # Errors
    /// A fault of the tables. A channel that fails is recorded and tried again; it keeps none of the others.
    pub async fn serve(&self, id: &AdvisoryId) -> Result<(), Fault> {
        self.serve_by(id, channel::serving).await
    }

    /// The same, each channel served as `registry` says.
    ///
    /// # Errors
    /// As of [`FanOut::serve`].
    pub async fn serve_by(&self, id: &AdvisoryId, registry: Registry) -> Result<(), Fault> {
        let Some(published) = self.published.published(id).await? else { return Ok(()) };
        let mut records = self.published.channels(id).await?;
        let order: Vec<ChannelId> = self.policy.announcement_channels();
        records.sort_by_key(|r| order.iter().position(|c| *c == r.channel).unwrap_or(usize::MAX));
        for place in 0..records.len() {
            let (now, record) = (self.clock.now(), &records[place]);
            let Some(due) = record.due_at.filter(|due| *due <= now) else { continue };
            if record.revision > published.revision() {
                continue;
            }
            if self.desk.hold().await?.holds(due) {
                continue;
            }
            let served = match registry(&self.policy, &record.channel) {
                Some(serving) => self.serve_channel(&published, record, &records, serving).await?,
                None => Served::Refused("the policy does not name it any more"),
            };
            let done = matches!(served, Served::Done);
            self.record(&published, record, served, now).await?;
            if done {
                let has_page = OwnChannel::of(&record.channel) == Some(OwnChannel::AdvisoryPage);
                records[place].state = ChannelState::Done;
                if has_page {
                    self.link_all().await?;
                }
            }
        }
        Ok(())
    }

    async fn serve_channel(
        &self,
        published: &Published,
        record: &ChannelRecord,
        all: &[ChannelRecord],
        serving: Serving<'_>,
    ) -> Result<Served, Fault> {
        let first = leads_to(&record.channel);
        let is_there = all.iter().any(|r| OwnChannel::of(&r.channel) == Some(first) && r.state == ChannelState::Done);
        match serving {
            Serving::Objects(objects) => self.put_shared(&Shared::OfOne(published, &objects)).await,
            Serving::Rebuilt(_) | Serving::Mail(..) | Serving::Call(..) if !is_there => Ok(Served::Later),
            Serving::Rebuilt(objects) => {
                let now = self.clock.now();
                self.put_shared(&Shared::OfAll(&|site, all| objects(site, all, now))).await
            }
            Serving::Mail(mail, list) => {
                let mail = mail(&self.site(), published, record.had_before);
                let notice =
                    Announcement { advisory: published.advisory.id.clone(), subject: mail.subject, text: mail.text };
                self.mail(record, list, notice).await
            }
            Serving::Call(call, channel) => {
                Ok(self.call(published, record, call(&self.site(), published, channel)).await)
            }
        }
    }

    /// Puts an object; whether it is there as it was written (a put that somebody else came before is not).
    async fn put_read_back(&self, object: &Object, condition: If<'_>) -> Result<bool, Fault> {
        if self.objects.put(&object.key, object.content_type, &object.bytes, condition).await? == Put::Conflict {
            return Ok(false);
        }
        let back = self.objects.get(&object.key).await?;
        Ok(back.is_some_and(|back| back.bytes == object.bytes))
    }

    /// Writes objects that are made of much, each only over what was there before it was read what they are made of: whoever
    /// wrote meanwhile may know of more.
    pub(crate) async fn put_shared(&self, shared: &Shared<'_>) -> Result<Served, Fault> {
        let keys = shared.keys(&self.site());
        for _ in 0..ATTEMPTS {
            let mut before = Vec::new();
            for key in &keys {
                match self.objects.get(key).await {
                    Ok(found) => before.push(found),
                    Err(fault) => return Ok(failed(&fault)),
                }
            }
            let objects = match shared {
                Shared::OfOne(known, render) => {
                    let newest = self.published.published(&known.advisory.id).await?;
                    render(&self.site(), newest.as_ref().unwrap_or(known))
                }
                Shared::OfAll(render) => render(&self.site(), &self.published.all_shown().await?),
                Shared::Figures => self.figures_shown().await?,
            };
            match self.put_over(&before, &objects).await {
                Ok(true) => return Ok(Served::Done),
                Ok(false) => {}
                Err(fault) => return Ok(failed(&fault)),
            }
        }
        Ok(Served::Failed("others wrote it at the same time, again and again"))
    }

    /// Whether each was there already, or was written and read back.
    async fn put_over(&self, before: &[Option<Stored>], objects: &[Object]) -> Result<bool, Fault> {
        for (before, object) in before.iter().zip(objects) {
            let same = |b: &Stored| b.bytes == object.bytes && b.content_type.as_deref() == Some(object.content_type);
            if before.as_ref().is_some_and(same) {
                continue;
            }
            let etag = before.as_ref().and_then(|b| b.etag.as_deref());
            if !self.put_read_back(object, etag.map_or(If::Absent, If::Unchanged)).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// One mail, whose delivery is planned once; what is known of it now. One that came back is tried with a new delivery.
    async fn mail(&self, record: &ChannelRecord, list: &Channel, notice: Announcement) -> Result<Served, Fault> {
        let now = self.clock.now();
        let mut since = now;
        // The first whose end is open; a further one only where a failure was recorded after the last.
        for mail in 0..=record.failures {
            let cause = format!("announce {}{} {mail}", notice.advisory, which_time(record));
            let (to, notice) = (Recipient::List(list.id.clone()), Notice::Announcement(notice.clone()));
            let mut delivery = Delivery::new(&cause, to, notice, now);
            delivery.case = Some(record.case.clone());
            delivery.proof =
                Some(self.announcer.proof(&delivery.announced()).map_err(|e| Fault::Retryable(e.to_string()))?);
            self.mail.plan_delivery(&delivery, None).await?;
            let Some(known) = self.mail.delivery(&delivery.id).await? else { break };
            since = known.delivery.planned_at;
            let refused = match known.state {
                State::Delivered | State::Complained => return Ok(Served::Done),
                State::Sent if known.since.duration_until(now) >= TAKEN_IS_ENOUGH => return Ok(Served::Done),
                State::Bounced => "the list refused the mail",
                State::Rejected => "the mail was taken and not sent",
                State::Dead => "the mail can never be sent",
                _ => break,
            };
            if mail == record.failures {
                return Ok(Served::Refused(refused));
            }
        }
        Ok(Served::OnItsWay(since))
    }

    /// Publishes what is made of the policy, of the figures and of all advisories: a new policy, a line that came to its end, a
    /// new day.
    ///
    /// # Errors
    /// Why it could not be written, in words.
    pub async fn publish_shared(&self) -> Result<(), Fault> {
        self.publish_figures().await?;
        let now = self.clock.now();
        written(self.put_shared(&Shared::OfAll(&|site, all| channel::shared(site, all, now))).await?)
    }

    /// Takes in advisories that were published before there was a desk: their pages and records, and their place among all.
    /// No case and no mail comes of it, and doing it again changes nothing.
    ///
    /// # Errors
    /// A fault of the store, or why something could not be written.
    pub async fn import(&self, advisories: &[Published]) -> Result<(), Fault> {
        let now = self.clock.now();
        for published in advisories {
            self.published.replace_published(published).await?;
            for own in OwnChannel::ALL {
                let Serving::Objects(objects) = channel::of_own(*own) else { continue };
                written(self.put_shared(&Shared::OfOne(published, &objects)).await?)?;
            }
            self.published.show_published(&published.advisory.id).await?;
        }
        self.link_all().await?;
        written(self.put_shared(&Shared::OfAll(&|site, all| channel::shared(site, all, now))).await?)
    }
}

/// Whether it is there, or why it could not be written.
pub(crate) fn written(served: Served) -> Result<(), Fault> {
    match served {
        Served::Failed(why) | Served::PutOff(why, _) | Served::Refused(why) => Err(Fault::Retryable(why.to_owned())),
        Served::Done | Served::Later | Served::OnItsWay(_) => Ok(()),
    }
}

/// The bucket's own words stay in the log.
fn failed(fault: &Fault) -> Served {
    tracing::error!(fault = %fault, "the site's bucket failed");
    Served::Failed("the site's bucket did not take it")
}
