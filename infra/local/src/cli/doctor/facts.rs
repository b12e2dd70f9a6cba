//! What the doctor asks: SES, CloudWatch, SNS, DNS, the tables and the desk itself, each on its own, so that one that does not
//! answer hides nothing of the others.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_cloudwatch::types::StateValue;
use aws_sdk_sesv2::operation::get_email_identity::GetEmailIdentityOutput;
use aws_sdk_sesv2::types::DkimStatus;
use desk_aws::client_config;
use desk_domain::policy::Policy;
use desk_keys::cloud::{Keys, RINGS};
use desk_store::{HeldWork, Store};
use hickory_resolver::TokioResolver;
use hickory_resolver::proto::rr::{RData, RecordType};
use jiff::Timestamp;

use crate::Failure;
use crate::cli::stack::{Stack, code};

const CALL: Duration = Duration::from_secs(15);

/// An answer, or why there is none.
pub(super) type Asked<T> = Result<T, String>;

pub(super) struct Facts {
    pub identity: String,
    /// The one address that the stack's role may send from.
    pub sender: String,
    pub verified: Asked<bool>,
    pub dkim: Asked<bool>,
    /// The domain that bounces go to; `None` is SES's own.
    pub mail_from: Asked<Option<String>>,
    pub spf: Asked<Vec<String>>,
    pub dmarc: Asked<Vec<String>>,
    pub account: Asked<Account>,
    /// The active rule set, and the one that the stack made, where it receives mail.
    pub rules: Option<(Asked<Option<String>>, String)>,
    pub alarms: Asked<Alarms>,
    pub subscribers: Asked<Subscribers>,
    pub last_tick: Asked<Option<Timestamp>>,
    pub seen_policy: Asked<Option<String>>,
    /// When heads were last exported.
    pub heads: Asked<Option<Timestamp>>,
    pub keys: Asked<Vec<String>>,
    /// The desk's own OpenPGP certificate.
    pub openpgp: Asked<Option<String>>,
    pub held: Asked<HeldWork>,
    pub security_txt: Asked<String>,
    /// Addresses of members → whether SES suppresses them.
    pub suppressed: BTreeMap<String, Asked<bool>>,
    /// Domains of members → whether they take mail.
    pub mail_servers: BTreeMap<String, Asked<bool>>,
}

pub(super) struct Account {
    pub production: bool,
    pub sending: bool,
    pub max_24_hours: f64,
    pub sent_24_hours: f64,
    pub per_second: f64,
}

#[derive(Default)]
pub(super) struct Alarms {
    pub all: usize,
    /// Names of those that go to nobody.
    pub silent: Vec<String>,
    pub ringing: Vec<String>,
}

#[derive(Default)]
pub(super) struct Subscribers {
    pub confirmed: usize,
    pub pending: usize,
}

pub(super) async fn gather(stack: &Stack, policy: &Policy, url: &str) -> Result<Facts, Failure> {
    let account = &stack.account;
    let ses = aws_sdk_sesv2::Client::from_conf(client_config!(aws_sdk_sesv2, account, "SESV2").build());
    let (store, identity) = (stack.store()?, stack.output("Identity")?.to_owned());
    let known = identity_of(&ses, &identity).await;
    let mail_from = known.as_ref().map_err(String::clone).map(|known| {
        let set = known.as_ref()?.mail_from_attributes().map(|m| m.mail_from_domain().to_owned());
        set.filter(|domain| !domain.is_empty())
    });
    let is = |of: fn(&GetEmailIdentityOutput) -> bool| match &known {
        Ok(known) => Ok(known.as_ref().is_some_and(of)),
        Err(why) => Err(why.clone()),
    };
    let dns = TokioResolver::builder_tokio().and_then(|builder| builder.build()).map_err(|e| e.to_string());
    let bounces_to = mail_from.clone().ok().flatten().unwrap_or_else(|| identity.clone());
    let seen = store.members.seen_policy().await.map_err(|e| e.to_string());
    let mut facts = Facts {
        verified: is(|identity| identity.verified_for_sending_status()),
        dkim: is(|identity| {
            let status = identity.dkim_attributes().filter(|d| d.signing_enabled()).and_then(|d| d.status());
            status == Some(&DkimStatus::Success)
        }),
        mail_from,
        spf: texts(&dns, &bounces_to, "v=spf1").await,
        dmarc: texts(&dns, &format!("_dmarc.{identity}"), "v=DMARC1").await,
        account: account_of(&ses).await,
        sender: stack.output("SecurityAddress")?.to_owned(),
        rules: None,
        alarms: alarms(stack).await,
        subscribers: subscribers(stack).await,
        last_tick: store.desk.last_tick().await.map_err(|e| e.to_string()),
        heads: seen.clone().map(|seen| {
            let heads = seen.and_then(|seen| seen.heads).filter(|heads| heads.on.is_some());
            heads.map(|heads| heads.written_at)
        }),
        seen_policy: seen.map(|seen| seen.map(|s| s.deployed.unwrap_or(s.digest))),
        keys: missing_keys(stack, &store).await,
        openpgp: store.desk.openpgp_certificate().await.map_err(|e| e.to_string()),
        held: store.held().await.map_err(|e| e.to_string()),
        security_txt: security_txt(url.to_owned()).await,
        suppressed: BTreeMap::new(),
        mail_servers: BTreeMap::new(),
        identity,
    };
    if let Ok(ours) = stack.output("ReceiptRuleSet") {
        facts.rules = Some((active_rules(stack).await, ours.to_owned()));
    }
    for member in &policy.members {
        facts.suppressed.insert(member.address.clone(), suppressed(&ses, &member.address).await);
        if let Some((_, domain)) = member.address.rsplit_once('@')
            && !facts.mail_servers.contains_key(domain)
        {
            facts.mail_servers.insert(domain.to_owned(), takes_mail(&dns, domain).await);
        }
    }
    Ok(facts)
}

/// `None` where SES knows nothing of it.
async fn identity_of(ses: &aws_sdk_sesv2::Client, identity: &str) -> Asked<Option<GetEmailIdentityOutput>> {
    match ses.get_email_identity().email_identity(identity).send().await {
        Ok(known) => Ok(Some(known)),
        Err(e) if e.as_service_error().is_some_and(|e| e.is_not_found_exception()) => Ok(None),
        Err(e) => Err(code(&e)),
    }
}

async fn account_of(ses: &aws_sdk_sesv2::Client) -> Asked<Account> {
    let account = ses.get_account().send().await.map_err(|e| code(&e))?;
    let quota = account.send_quota();
    let number = |of: fn(&aws_sdk_sesv2::types::SendQuota) -> f64| quota.map_or(0.0, of);
    Ok(Account {
        production: account.production_access_enabled(),
        sending: account.sending_enabled(),
        max_24_hours: number(|q| q.max24_hour_send()),
        sent_24_hours: number(|q| q.sent_last24_hours()),
        per_second: number(|q| q.max_send_rate()),
    })
}

async fn suppressed(ses: &aws_sdk_sesv2::Client, address: &str) -> Asked<bool> {
    match ses.get_suppressed_destination().email_address(address).send().await {
        Ok(_) => Ok(true),
        Err(e) if e.as_service_error().is_some_and(|e| e.is_not_found_exception()) => Ok(false),
        Err(e) => Err(code(&e)),
    }
}

async fn active_rules(stack: &Stack) -> Asked<Option<String>> {
    let ses = aws_sdk_ses::Client::from_conf(client_config!(aws_sdk_ses, &stack.account, "SES").build());
    let active = ses.describe_active_receipt_rule_set().send().await.map_err(|e| code(&e))?;
    Ok(active.metadata().and_then(|m| m.name()).map(str::to_owned))
}

async fn alarms(stack: &Stack) -> Asked<Alarms> {
    let client =
        aws_sdk_cloudwatch::Client::from_conf(client_config!(aws_sdk_cloudwatch, &stack.account, "CLOUDWATCH").build());
    let mut pages = client.describe_alarms().alarm_name_prefix(format!("{}-", stack.name)).into_paginator().send();
    let mut alarms = Alarms::default();
    while let Some(page) = pages.next().await {
        for alarm in page.map_err(|e| code(&e))?.metric_alarms() {
            let name = alarm.alarm_name().unwrap_or_default().to_owned();
            alarms.all += 1;
            if alarm.alarm_actions().is_empty() || alarm.actions_enabled() == Some(false) {
                alarms.silent.push(name.clone());
            }
            if alarm.state_value() == Some(&StateValue::Alarm) {
                alarms.ringing.push(name);
            }
        }
    }
    Ok(alarms)
}

async fn subscribers(stack: &Stack) -> Asked<Subscribers> {
    let topic = stack.output("AlarmTopic").map_err(|e| e.to_string())?;
    let client = aws_sdk_sns::Client::from_conf(client_config!(aws_sdk_sns, &stack.account, "SNS").build());
    let listed = client.list_subscriptions_by_topic().topic_arn(topic).send().await.map_err(|e| code(&e))?;
    let confirmed = |s: &&aws_sdk_sns::types::Subscription| s.subscription_arn().is_some_and(|a| a.starts_with("arn:"));
    let confirmed = listed.subscriptions().iter().filter(confirmed).count();
    Ok(Subscribers { confirmed, pending: listed.subscriptions().len() - confirmed })
}

async fn missing_keys(stack: &Stack, store: &Store) -> Asked<Vec<String>> {
    let mut missing = Vec::new();
    for purpose in RINGS {
        if store.desk.newest_ring_key(purpose).await.map_err(|e| e.to_string())?.is_none() {
            missing.push(purpose.to_owned());
        }
    }
    // What signs receipts today must be kept before it is replaced, or its receipts verify no more.
    let signer = Keys::of_stack(&stack.account, stack.outputs.clone()).receipt_signer().await?;
    if !store.desk.keeps_receipt_key(signer.jwk()).await.map_err(|e| e.to_string())? {
        missing.push("the public half of the receipt key".to_owned());
    }
    Ok(missing)
}

async fn security_txt(url: String) -> Asked<String> {
    let asked = tokio::task::spawn_blocking(move || {
        let agent: ureq::Agent = ureq::Agent::config_builder().timeout_global(Some(CALL)).build().into();
        let mut answer = agent.get(format!("{url}/.well-known/security.txt")).call()?;
        answer.body_mut().read_to_string()
    });
    asked.await.map_err(|e| e.to_string())?.map_err(|e| e.to_string())
}

type Dns = Asked<TokioResolver>;

/// The TXT records of a name that begin so; none where there is no such name.
async fn texts(dns: &Dns, name: &str, start: &str) -> Asked<Vec<String>> {
    match dns.as_ref().map_err(String::clone)?.txt_lookup(format!("{name}.")).await {
        Ok(found) => {
            let texts = found.answers().iter().filter_map(|record| match &record.data {
                RData::TXT(txt) => Some(txt.to_string()),
                _ => None,
            });
            Ok(texts.filter(|text| text.starts_with(start)).collect())
        }
        Err(e) if e.is_no_records_found() => Ok(Vec::new()),
        Err(e) => Err(e.to_string()),
    }
}

/// Whether a domain has a mail server, or an address to try (RFC 5321, 5.1).
async fn takes_mail(dns: &Dns, domain: &str) -> Asked<bool> {
    let dns = dns.as_ref().map_err(String::clone)?;
    for kind in [RecordType::MX, RecordType::A, RecordType::AAAA] {
        match dns.lookup(format!("{domain}."), kind).await {
            Ok(found) => {
                // A null MX says that it takes none (RFC 7505).
                let null = |data: &RData| matches!(data, RData::MX(mx) if mx.exchange.is_root());
                return Ok(!found.answers().iter().any(|record| null(&record.data)));
            }
            Err(e) if e.is_no_records_found() => {}
            Err(e) => return Err(e.to_string()),
        }
    }
    Ok(false)
}
