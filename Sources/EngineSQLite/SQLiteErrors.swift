import CSQLite
import Engine

extension EngineError {
  /// The error that the connection reported last.
  init(sqlite handle: OpaquePointer) {
    let code = sqlite3_extended_errcode(handle)
    let message = String(cString: sqlite3_errmsg(handle))
    self =
      switch (code & 0xFF, code >> 8) {
      case (SQLITE_CONSTRAINT, 6), (SQLITE_CONSTRAINT, 8), (SQLITE_CONSTRAINT, 10):
        .unique(message)  // primary key, unique, rowid
      case (SQLITE_CONSTRAINT, 3): .foreignKey(message)
      case (SQLITE_CONSTRAINT, 7) where message.hasPrefix(Guard.tenant): .tenant(message)
      case (SQLITE_CONSTRAINT, _), (SQLITE_MISMATCH, _): .check(message)
      case (SQLITE_BUSY, _), (SQLITE_LOCKED, _): .retry(message)
      case (SQLITE_READONLY, _): .readOnly(message)
      case (SQLITE_FULL, _): .full(message)
      case (SQLITE_CANTOPEN, _): .unavailable(message)
      case (SQLITE_NOTADB, _): .unavailable("\(message): another kind of file, or encrypted")
      case (SQLITE_CORRUPT, _): .unavailable("\(message): restore a backup")
      case (SQLITE_IOERR, _), (SQLITE_NOMEM, _), (SQLITE_PROTOCOL, _):
        .unavailable("\(message) (SQLite code \(code))")
      default: .engine("\(message) (SQLite code \(code))")
      }
  }
}
