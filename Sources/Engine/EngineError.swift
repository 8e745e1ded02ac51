/// What an engine can refuse or fail with, in one vocabulary for all engines.
///
/// The text is for logs and developers: it may name tables and columns, so it never goes to a
/// caller of the API.
package enum EngineError: Error, Equatable, Sendable {
  /// A row with this key is already there.
  case unique(String)
  /// A row that this one refers to is missing, or one that refers to it is left.
  case foreignKey(String)
  /// A constraint of the table: CHECK, NOT NULL, column type, append-only, a text with NUL.
  case check(String)
  /// The statement touches a row outside its scope. A programming error, always.
  case tenant(String)
  /// A write inside `read`.
  case readOnly(String)
  /// Another transaction was in the way: the same transaction may succeed when run again.
  case retry(String)
  /// A column does not hold what the program expects.
  case decoding(String)
  /// The database can't be reached, opened or used any more.
  case unavailable(String)
  /// The queue is full: nothing was done, try again later.
  case overloaded(String)
  /// The queue has room, but not for this turn, which fills its share: nothing was done.
  case shareFull(String)
  /// Another server holds the database.
  case locked(String)
  /// No room left on the disk.
  case full(String)
  /// The migrations of this program and those of the database do not fit.
  case schema(String)
  /// Anything else the engine reports: a syntax error, an unknown table, an I/O error.
  case engine(String)
}

extension EngineError {
  /// What happened, without the name of its kind.
  package var text: String {
    switch self {
    case .unique(let text), .foreignKey(let text), .check(let text), .tenant(let text),
      .readOnly(let text), .retry(let text), .decoding(let text), .unavailable(let text),
      .overloaded(let text), .shareFull(let text), .locked(let text), .full(let text),
      .schema(let text),
      .engine(let text):
      text
    }
  }
}

extension EngineError {
  /// Whether it is about a statement of the transaction; else about the engine, whoever asks.
  var isAboutStatement: Bool {
    switch self {
    case .unique, .foreignKey, .check, .tenant, .readOnly, .decoding, .engine: true
    case .retry, .unavailable, .overloaded, .shareFull, .locked, .full, .schema: false
    }
  }
}
