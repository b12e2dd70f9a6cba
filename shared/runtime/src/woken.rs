//! What woke a function.

use serde::de::DeserializeOwned;
use serde_json::Value;

/// Some functions are woken both by what happened and by the schedule, which finds what nobody told of.
#[derive(Debug, PartialEq, Eq)]
pub enum Woken<E> {
    /// By what a service tells in its `Records`.
    By(E),
    /// By the schedule.
    Schedule,
}

impl<E: DeserializeOwned> Woken<E> {
    /// Whatever has no `Records` comes from the schedule.
    ///
    /// # Errors
    /// When its records are not those that the function works off.
    pub fn read(payload: Value) -> Result<Woken<E>, String> {
        match payload.get("Records") {
            None => Ok(Woken::Schedule),
            Some(_) => serde_json::from_value(payload)
                .map(Woken::By)
                .map_err(|_| "these are not the records that wake this function".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Numbers {
        #[serde(rename = "Records")]
        records: Vec<u8>,
    }

    #[test]
    fn what_has_no_records_comes_from_the_schedule() {
        assert_eq!(Woken::<Numbers>::read(json!({"time": "12:00"})), Ok(Woken::Schedule));
        assert_eq!(Woken::<Numbers>::read(json!({"Records": [7]})), Ok(Woken::By(Numbers { records: vec![7] })));
        assert!(Woken::<Numbers>::read(json!({"Records": ["seven"]})).is_err());
    }
}
