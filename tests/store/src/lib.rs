//! Tests of the store and of the functions behind the streams, over the real wire.
