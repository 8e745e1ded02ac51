import Testing

/// One after the other: each starts programs of its own, and two cores are soon full.
@Suite(.serialized) enum Crashes {}
