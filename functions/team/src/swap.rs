//! Swaps of shifts on call: asked for on the page of who is on call, agreed to there by the other, and by programs. Both are told.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use desk_domain::fields::{self, FieldError};
use desk_domain::notice::WhatOfSwap;
use desk_domain::policy::{Member, Policy, Said, Shift, Swap, SwapDays};
use desk_domain::time::instant_in;
use desk_http::{Problem, body};
use desk_pages::{Input, InputChoice, InputControl, SwapRow, SwapStanding};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::Team;
use crate::case_page::words;
use crate::rota::{AHEAD, BODY, RotaView};

/// So many shifts are there to choose from.
const MOST_CHOICES: usize = 60;

/// `POST /desk/api/swap {"mine", "theirs", "withdraw"}`.
pub(crate) async fn swap(
    State(team): State<Arc<Team>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<RotaView>, Problem> {
    let member = team.member(&headers, false).await?;
    let value = body::json(&headers, &body::read(body, BODY).await?)?;
    team.say_swap(member, &value).await?.map_err(Problem::invalid)?;
    Ok(Json(team.rota_view().await?))
}

impl Team {
    /// Records what a member says of a swap, and tells both; what is wrong with it, if anything is.
    pub(crate) async fn say_swap(
        &self,
        member: &Member,
        value: &Value,
    ) -> Result<Result<(), Vec<FieldError>>, Problem> {
        let now = self.clock.now();
        let read = fields::read(value, |fields| {
            let withdraw = fields.flag("withdraw").unwrap_or(false);
            Some((SwapDays::read(fields)?, withdraw))
        });
        let (days, withdraw) = match read {
            Ok(Some(said)) => said,
            Ok(None) => return Err(Problem::not_found()),
            Err(wrong) => return Ok(Err(wrong)),
        };
        let wrong = |field: &str, detail: String| Ok(Err(vec![FieldError { pointer: format!("/{field}"), detail }]));
        let swap = match self.members.said().await?.swap(&self.policy, &member.id, days, now) {
            Ok(swap) => swap,
            Err((field, why)) => return wrong(field, why),
        };
        match self.members.say_swap(&member.id, &swap, withdraw).await? {
            Some(WhatOfSwap::NotTaken(_)) => {
                return wrong("mine", "cannot be kept: too many swaps are known".to_owned());
            }
            Some(what) => self.mail.tell_of_swap(&what, now).await?,
            None => return wrong("mine", "is in no swap that is only asked for".to_owned()),
        }
        tracing::info!(member = %member.id, withdraw, "a member spoke of a swap of shifts");
        Ok(Ok(()))
    }
}

/// The swaps as one of the team sees them.
pub(crate) fn rows(file: &Policy, said: &Said, me: &Member, now: Timestamp) -> Vec<SwapRow> {
    let row = |swap: &Swap| {
        let [first, second] = &swap.shifts;
        let standing = match swap.of(&me.id) {
            _ if swap.agreed => SwapStanding::Agreed,
            Some((gives, _)) if gives == first => SwapStanding::YouAsk,
            Some(_) => SwapStanding::AsksYou,
            None => SwapStanding::Asked,
        };
        let (gives, gets) = swap.of(&me.id).unwrap_or((first, second));
        SwapRow {
            standing,
            first: words::member_name(file, &first.member),
            second: words::member_name(file, &second.member),
            begins: [first.from, second.from],
            mine: gives.from.to_string(),
            theirs: gets.from.to_string(),
        }
    };
    said.swaps_now(file, now).into_iter().map(row).collect()
}

/// The two fields that ask for a swap; `None` for who has no shift to give, or nobody to give it to.
pub(crate) fn form(
    policy: &Policy,
    me: &Member,
    now: Timestamp,
    typed: &Value,
    wrong: &[FieldError],
) -> Option<[Input; 2]> {
    let round =
        SignedDuration::try_from_nanos_i128(policy.rota.shift.as_nanos() * (policy.rota.order.len() as i128 + 1));
    let ahead = AHEAD.max(round.unwrap_or(AHEAD));
    let shifts = policy.shifts(now, now.saturating_add(ahead).unwrap_or(now), MOST_CHOICES);
    let (mine, theirs): (Vec<Shift>, Vec<Shift>) = shifts.into_iter().partition(|shift| shift.member == me.id);
    if mine.is_empty() || theirs.is_empty() {
        return None;
    }
    let begins = |shift: &Shift| format!("from {}", instant_in(me.time_zone.as_ref(), shift.from));
    let choice = |shift: &Shift, label| InputChoice { value: shift.from.to_string(), label, hint: String::new() };
    let input = |name: &str, label: &str, choices: Vec<InputChoice>| Input {
        name: name.to_owned(),
        label: label.to_owned(),
        hint: String::new(),
        control: InputControl::Select(choices),
        value: typed[name].as_str().unwrap_or_default().to_owned(),
        required: true,
        errors: wrong.iter().filter(|e| e.pointer == format!("/{name}")).map(|e| e.detail.clone()).collect(),
    };
    let named = |shift: &Shift| format!("{}, {}", words::member_name(policy, &shift.member), begins(shift));
    Some([
        input("mine", "Your shift", mine.iter().map(|shift| choice(shift, begins(shift))).collect()),
        input("theirs", "For the shift of", theirs.iter().map(|shift| choice(shift, named(shift))).collect()),
    ])
}
