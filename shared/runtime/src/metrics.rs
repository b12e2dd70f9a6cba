//! Metrics through CloudWatch's embedded metric format: a line of JSON among the logs, which CloudWatch turns into data
//! points, so that counting costs no call.
//!
//! There is one place where something is said to have happened, the log statement: one with a field `alarm` counts as
//! `Alarms` under that name, and each field `metric.Name` is a data point of `Name`.

use std::collections::BTreeMap;
use std::io::Write;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

const NAMESPACE: &str = "DisclosureDesk";

/// Writes the data points of log statements to stdout; `stack` is the dimension that keeps two desks apart.
pub(crate) struct Metrics {
    pub stack: String,
}

impl<S: Subscriber> Layer<S> for Metrics {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut seen = Seen::default();
        event.record(&mut seen);
        for line in seen.lines(&self.stack, millis()) {
            // A log that cannot be written ends nothing.
            let _ = writeln!(std::io::stdout(), "{line}");
        }
    }
}

#[derive(Default)]
struct Seen {
    alarm: Option<String>,
    points: BTreeMap<&'static str, f64>,
}

impl Seen {
    fn point(&mut self, field: &Field, value: f64) {
        if let Some(name) = field.name().strip_prefix("metric.") {
            self.points.insert(name, value);
        }
    }

    fn lines(&self, stack: &str, at: u64) -> Vec<Value> {
        let line = |dimensions: &[&str], names: Vec<&str>, mut values: Value| {
            let metrics: Vec<Value> = names.iter().map(|name| json!({"Name": name})).collect();
            values["stack"] = stack.into();
            let directive = json!([{"Namespace": NAMESPACE, "Dimensions": [dimensions], "Metrics": metrics}]);
            values["_aws"] = json!({"Timestamp": at, "CloudWatchMetrics": directive});
            values
        };
        let alarm = self
            .alarm
            .iter()
            .map(|alarm| line(&["stack", "alarm"], vec!["Alarms"], json!({"alarm": alarm, "Alarms": 1})));
        let names: Vec<&str> = self.points.keys().copied().collect();
        let points = (!names.is_empty()).then(|| line(&["stack"], names, json!(self.points)));
        alarm.chain(points).collect()
    }
}

impl Visit for Seen {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "alarm" {
            self.alarm = Some(value.to_owned());
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.point(field, value as f64);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.point(field, value as f64);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.point(field, value);
    }

    /// Words are no numbers.
    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

fn millis() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_in_the_embedded_metric_format() {
        let seen = Seen { alarm: Some("dead".to_owned()), points: BTreeMap::from([("Ticks", 1.0), ("Fired", 2.0)]) };
        let lines = seen.lines("desk", 7);
        assert_eq!(lines[0]["Alarms"], 1);
        assert_eq!(lines[0]["alarm"], "dead");
        let directive = &lines[1]["_aws"];
        assert_eq!(directive["Timestamp"], 7);
        let expected = json!([{"Namespace": "DisclosureDesk", "Dimensions": [["stack"]],
            "Metrics": [{"Name": "Fired"}, {"Name": "Ticks"}]}]);
        assert_eq!(directive["CloudWatchMetrics"], expected);
        assert_eq!((&lines[1]["stack"], &lines[1]["Fired"]), (&json!("desk"), &json!(2.0)));
    }

    #[test]
    fn a_statement_without_numbers_and_alarms_makes_no_line() {
        assert!(Seen::default().lines("desk", 7).is_empty());
    }
}
