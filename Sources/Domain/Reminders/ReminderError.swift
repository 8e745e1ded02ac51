/// Why reminder settings are refused, in the order it is checked.
package enum ReminderError: Refusal, Equatable {
  case changedMeanwhile
  case invalid(field: String, String)

  package var kind: RefusalKind {
    switch self {
    case .changedMeanwhile: .conflict
    case .invalid: .invalidArgument
    }
  }

  package var reason: String {
    switch self {
    case .changedMeanwhile: "REMINDERS_ETAG"
    case .invalid: "REMINDERS_INVALID"
    }
  }

  package var field: String? {
    switch self {
    case .changedMeanwhile: "reminder_settings.etag"
    case .invalid(let field, _): "reminder_settings.\(field)"
    }
  }

  package var message: String {
    switch self {
    case .changedMeanwhile: "The settings were changed meanwhile; read them again and repeat."
    case .invalid(_, let why): "The reminder settings cannot be used: \(why)"
    }
  }
}
