//! Who is on call in the weeks to come, whom a report that came now would reach, and who is away: as a page, which a member says on
//! when they are, and asks for a swap ([`swap`]), and for programs.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use desk_domain::case::Recipient;
use desk_domain::case::ladder::{Happens, Rung, ladder};
use desk_domain::fields::{self, FieldError, Fields};
use desk_domain::id::MemberId;
use desk_domain::policy::{Absence, Away, Member, Policy, Said, Shift, Unreachable, Watch};
use desk_http::{Problem, body};
use desk_pages::{AwayRow, DeskPage, Input, InputControl, RotaPage, RungRow, Site, WatchRow};
use desk_store::MOST_SAID;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::{Value, json};

use crate::Team;
use crate::case_page::words;
use crate::swap;

/// So far ahead it is told who is on call.
pub(crate) const AHEAD: SignedDuration = SignedDuration::from_hours(28 * 24);
/// A form of two days.
pub(crate) const BODY: usize = 4096;

/// Who is on call and who is away, for programs.
#[derive(Serialize)]
pub(crate) struct RotaView {
    on_call: Vec<WatchView>,
    away: Vec<AwayView>,
    swaps: Vec<SwapView>,
    /// Whose mail comes back.
    unreachable: Vec<Unreachable>,
}

#[derive(Serialize)]
struct SwapView {
    /// As they are without it; the first is whose asked.
    shifts: [Shift; 2],
    agreed: bool,
}

#[derive(Serialize)]
struct WatchView {
    from: Timestamp,
    until: Timestamp,
    /// `null` where nobody is there.
    member: Option<MemberId>,
}

#[derive(Serialize)]
struct AwayView {
    member: MemberId,
    from: Date,
    until: Date,
    /// When the member said so; `null` where the policy does.
    said_at: Option<Timestamp>,
}

/// What a member says of some days.
struct SaidAway {
    days: Away,
    /// That they are there after all.
    withdraw: bool,
}

/// The rota at this moment.
struct Now {
    at: Timestamp,
    policy: Arc<Policy>,
    /// What was said; of the absences those that are not over, the soonest first.
    said: Said,
}

pub(crate) async fn page(State(team): State<Arc<Team>>, headers: HeaderMap) -> Response {
    let page = async {
        let member = team.member(&headers, true).await?;
        Ok(team.rota_page(&team.rota_now().await?, member, &Value::Null, &[]).await?.html())
    };
    team.answered(page.await)
}

/// `POST /desk/rota`: a member says on the page when they are away, or there after all.
pub(crate) async fn post(State(team): State<Arc<Team>>, headers: HeaderMap, body: Body) -> Response {
    match posted(&team, &headers, body).await {
        Ok(response) => response,
        Err(problem) => team.answered(Err(problem)),
    }
}

async fn posted(team: &Team, headers: &HeaderMap, body: Body) -> Result<Response, Problem> {
    let member = team.member(headers, true).await?;
    let typed = json!(body::form(&body::read(body, BODY).await?));
    let said = |names: [&str; 2]| {
        let mut value = json!({"withdraw": !typed["withdraw"].is_null()});
        for name in names.into_iter().filter(|name| !typed[*name].is_null()) {
            value[name] = typed[name].clone();
        }
        value
    };
    // What has a shift in it speaks of a swap.
    let wrong = match typed["mine"].is_null() {
        true => team.goes_away(member, &said(["from", "until"]), &typed).await?,
        false => team.say_swap(member, &said(["mine", "theirs"])).await?.err().unwrap_or_default(),
    };
    if wrong.is_empty() {
        return Ok(Redirect::to(DeskPage::Rota.path()).into_response());
    }
    let page = team.rota_page(&team.rota_now().await?, member, &typed, &wrong).await?.html();
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
}

pub(crate) async fn show(State(team): State<Arc<Team>>, headers: HeaderMap) -> Result<Json<RotaView>, Problem> {
    team.member(&headers, false).await?;
    Ok(Json(team.rota_view().await?))
}

/// `POST /desk/api/away {"from", "until", "withdraw"}`.
pub(crate) async fn away(
    State(team): State<Arc<Team>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<RotaView>, Problem> {
    let member = team.member(&headers, false).await?;
    let value = body::json(&headers, &body::read(body, BODY).await?)?;
    team.say(member, &value).await?.map_err(Problem::invalid)?;
    Ok(Json(team.rota_view().await?))
}

/// The days that are said; what is wrong with them.
fn read(value: &Value, now: Timestamp) -> Result<Result<SaidAway, Vec<FieldError>>, Problem> {
    match fields::read(value, |fields| said(fields, now)) {
        Ok(Some(said)) => Ok(Ok(said)),
        Ok(None) => Err(Problem::not_found()),
        Err(wrong) => Ok(Err(wrong)),
    }
}

fn said(fields: &Fields<'_>, now: Timestamp) -> Option<SaidAway> {
    let withdraw = fields.flag("withdraw").unwrap_or(false);
    Some(SaidAway { days: Away::read(fields, now)?, withdraw })
}

impl Team {
    async fn rota_now(&self) -> Result<Now, Problem> {
        let at = self.clock.now();
        let mut said = self.members.said_now(&self.policy).await?;
        let policy = Arc::new(self.policy.with_said(&said));
        said.absences.retain(|absence| absence.days.until >= today(at));
        said.absences.sort_by_key(|absence| absence.days.from);
        Ok(Now { at, policy, said })
    }

    pub(crate) async fn rota_view(&self) -> Result<RotaView, Problem> {
        Ok(self.rota_now().await?.view(&self.policy))
    }

    /// Records what a member says of their own days; what is wrong with it, if anything is.
    async fn say(&self, member: &Member, value: &Value) -> Result<Result<(), Vec<FieldError>>, Problem> {
        let SaidAway { days, withdraw } = match read(value, self.clock.now())? {
            Ok(said) => said,
            Err(wrong) => return Ok(Err(wrong)),
        };
        let new = Absence { member: member.id.clone(), days, said_at: self.clock.now() };
        if !self.members.say_absence(&new, withdraw).await? {
            let detail = format!("cannot be kept: {MOST_SAID} absences are known already");
            return Ok(Err(vec![FieldError { pointer: "/from".to_owned(), detail }]));
        }
        tracing::info!(member = %member.id, from = %days.from, until = %days.until, withdraw, "a member said when they are away");
        Ok(Ok(()))
    }

    /// The same, and hands over the cases for which somebody is chosen; all that is wrong, before anything is done.
    async fn goes_away(&self, member: &Member, value: &Value, typed: &Value) -> Result<Vec<FieldError>, Problem> {
        let now = self.clock.now();
        let policy = self.members.policy_now(&self.policy).await?;
        let chosen = self.leaving(member, &policy, now).await?.chosen(typed);
        let wrong = read(value, now)?.err().into_iter().chain(chosen.as_ref().err().cloned()).flatten();
        let wrong: Vec<FieldError> = wrong.collect();
        match chosen {
            Ok(chosen) if wrong.is_empty() => match self.say(member, value).await? {
                Ok(()) => self.hand_over(member, &chosen).await,
                Err(wrong) => Ok(wrong),
            },
            Ok(_) | Err(_) => Ok(wrong),
        }
    }

    async fn rota_page(
        &self,
        now: &Now,
        member: &Member,
        typed: &Value,
        wrong: &[FieldError],
    ) -> Result<RotaPage, Problem> {
        let input = |name: &str, label: &str| Input {
            name: name.to_owned(),
            label: label.to_owned(),
            hint: String::new(),
            control: InputControl::Date,
            value: typed[name].as_str().unwrap_or_default().to_owned(),
            required: true,
            errors: wrong.iter().filter(|e| e.pointer == format!("/{name}")).map(|e| e.detail.clone()).collect(),
        };
        Ok(RotaPage {
            site: Site::of(&self.policy),
            desk: self.desk(member, Some(DeskPage::Rota)),
            now: now.at,
            watches: now.watches().into_iter().map(|watch| watch_row(&watch, member)).collect(),
            rungs: ladder(&now.policy, now.at).iter().map(|rung| rung_row(&self.policy, rung)).collect(),
            away: now.away_rows(&self.policy, member),
            unreachable: now.unreachable_rows(&self.policy),
            days: [input("from", "First day away"), input("until", "Last day away")],
            swaps: swap::rows(&self.policy, &now.said, member, now.at),
            swap: swap::form(&now.policy, member, now.at, typed, wrong),
            successors: self.leaving(member, &now.policy, now.at).await?.inputs(typed, wrong),
        })
    }
}

impl Now {
    fn watches(&self) -> Vec<Watch<'_>> {
        self.policy.watches(self.at, self.at.saturating_add(AHEAD).unwrap_or(self.at))
    }

    /// What the file says of days that are not over.
    fn by_policy<'p>(&self, policy: &'p Policy) -> impl Iterator<Item = (&'p Member, Away)> {
        let today = today(self.at);
        let days = policy.members.iter().flat_map(|member| member.away.iter().map(move |days| (member, *days)));
        days.filter(move |(_, days)| days.until >= today)
    }

    fn view(&self, policy: &Policy) -> RotaView {
        let watch = |watch: Watch<'_>| WatchView {
            from: watch.from,
            until: watch.until,
            member: watch.on_call.map(|member| member.id.clone()),
        };
        let row = |member: &MemberId, Away { from, until }, said_at| AwayView {
            member: member.clone(),
            from,
            until,
            said_at,
        };
        let by_policy = self.by_policy(policy).map(|(member, days)| row(&member.id, days, None));
        let said = self.said.absences.iter();
        let said = said.map(|absence| row(&absence.member, absence.days, Some(absence.said_at)));
        let swaps = self.said.swaps_now(policy, self.at).into_iter();
        RotaView {
            on_call: self.watches().into_iter().map(watch).collect(),
            away: said.chain(by_policy).collect(),
            swaps: swaps.map(|swap| SwapView { shifts: swap.shifts.clone(), agreed: swap.agreed }).collect(),
            unreachable: self.said.unreachable.clone(),
        }
    }

    fn unreachable_rows(&self, policy: &Policy) -> Vec<(String, Timestamp)> {
        let row = |of: &Unreachable| (words::member_name(policy, &of.member), of.since);
        self.said.unreachable.iter().map(row).collect()
    }

    fn away_rows(&self, policy: &Policy, me: &Member) -> Vec<AwayRow> {
        let row = |name: String, days: Away, mine| AwayRow { name, from: days.from, until: days.until, mine };
        let said = self
            .said
            .absences
            .iter()
            .map(|absence| row(words::member_name(policy, &absence.member), absence.days, absence.member == me.id));
        let by_policy = self.by_policy(policy).map(|(member, days)| row(member.name.clone(), days, false));
        let mut rows: Vec<AwayRow> = said.chain(by_policy).collect();
        rows.sort_by_key(|row| row.from);
        rows
    }
}

fn today(now: Timestamp) -> Date {
    now.to_zoned(TimeZone::UTC).date()
}

fn watch_row(watch: &Watch<'_>, me: &Member) -> WatchRow {
    WatchRow {
        from: watch.from,
        until: watch.until,
        who: watch.on_call.map(|member| member.name.clone()),
        me: watch.on_call.is_some_and(|member| member.id == me.id),
    }
}

fn rung_row(policy: &Policy, rung: &Rung) -> RungRow {
    let clock = policy.clock_label(&rung.clock);
    let what = match rung.happens {
        Happens::Warned { due } => format!("{clock} is due {}", desk_domain::time::left(rung.at, due)),
        Happens::Assigned => "Given to whoever of those present has the fewest cases".to_owned(),
        Happens::Missed => format!("{clock} is missed"),
    };
    let who: Vec<String> = rung.to.iter().map(|to: &Recipient| words::recipient(policy, to)).collect();
    RungRow { at: rung.at, what, who: who.join(", ") }
}
