//! Tests of the domain: given, when, then; every short sequence; every notice.
