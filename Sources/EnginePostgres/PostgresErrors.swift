import CPostgres
import Engine

/// What went wrong on the wire: an answer of the server, or no answer any more.
struct WireFailure: Error {
  let error: EngineError
  /// The SQLSTATE; empty where the connection was lost.
  var state = ""
  /// The connection is gone: what was sent and not answered may have been done or not.
  var isLost = false
  /// It was one of the statements that delimit transactions, not one of the program's.
  var isControl = false

  /// The transaction is lost as a whole, not just what came after the innermost savepoint.
  var endsTransaction: Bool {
    // Values, constraints, texts and damaged rows concern one command; all else the transaction.
    isLost || isControl || !["22", "23", "42", "XX"].contains(String(state.prefix(2)))
  }

  static func lost(_ reason: String) -> WireFailure {
    WireFailure(error: .retry("the connection to the database was lost: \(reason)"), isLost: true)
  }

  /// Refused before anything was sent.
  static func refused(_ error: EngineError) -> WireFailure {
    WireFailure(error: error, state: "42000")
  }
}

extension WireFailure {
  /// The error that `result` reports.
  init(_ result: OpaquePointer?) {
    func field(_ code: Int32) -> String {
      PQresultErrorField(result, code).map { String(cString: $0) } ?? ""
    }
    let state = field(cpostgres_state)
    let detail = field(cpostgres_detail)
    let message = field(cpostgres_message) + (detail.isEmpty ? "" : " (\(detail))")
    if ["FATAL", "PANIC"].contains(field(cpostgres_severity)) || state.isEmpty {
      // The server ends the connection after this.
      self = .lost(state.isEmpty ? String(cString: PQresultErrorMessage(result)) : message)
    } else {
      self.init(
        error: EngineError(
          state: state, message: message, function: field(cpostgres_function)), state: state)
    }
  }
}

extension EngineError {
  /// The server's SQLSTATE in the vocabulary of all engines.
  init(state: String, message: String, function: String) {
    self =
      switch state {
      case "23505", "23P01": .unique(message)
      case "23503", "23001": .foreignKey(message)
      case "42501" where function == "ExecWithCheckOptions" || message.contains("row-level"):
        .tenant(message)
      // Append-only tables: nobody has the right to change them, not even their owner.
      case "42501": .check(message)
      case "42804": .check(message)  // a value of another type than the column
      case "25006": .readOnly(message)
      case "40001", "40P01", "55P03": .retry(message)  // serialization, deadlock, lock timeout
      // A statement that the server has forgotten, or whose columns are no longer the same.
      case "26000": .retry(message)
      case "0A000" where function == "RevalidateCachedQuery": .retry(message)
      case "53100": .full(message)
      case "57014": .unavailable("\(message): a statement took longer than it may")
      case let state where state.hasPrefix("22") || state.hasPrefix("23"): .check(message)
      case let state where state.hasPrefix("53"): .unavailable(message)
      case let state where state.hasPrefix("XX"): .unavailable("\(message): restore a backup")
      default: .engine("\(message) (SQLSTATE \(state))")
      }
  }
}
