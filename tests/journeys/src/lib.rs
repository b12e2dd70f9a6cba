//! Journeys over the running desk: readable scripts with output snapshots.
