//! What must hold when things go wrong: kills, canaries, lost records.
