package import Primitives

/// Why something is not done with a company, in the order it is checked.
package enum CompanyError: Refusal, Equatable {
  case existsInactive
  case existsClosed
  case fieldFixed(String)
  case nothingToChange
  case changedMeanwhile
  case inactive
  case closed
  case active
  case openPayments(count: Int, first: [ID<Payment>])
  case held

  package var kind: RefusalKind {
    switch self {
    case .fieldFixed, .nothingToChange: .invalidArgument
    case .changedMeanwhile: .conflict
    default: .failedPrecondition
    }
  }

  package var reason: String {
    switch self {
    case .existsInactive: "COMPANY_EXISTS_INACTIVE"
    case .existsClosed: "COMPANY_EXISTS_CLOSED"
    case .fieldFixed: "COMPANY_FIELD_FIXED"
    case .nothingToChange: "COMPANY_NOTHING_TO_CHANGE"
    case .changedMeanwhile: "COMPANY_CHANGED_MEANWHILE"
    case .inactive: "COMPANY_INACTIVE"
    case .closed: "COMPANY_CLOSED"
    case .active: "COMPANY_ACTIVE"
    case .openPayments: "COMPANY_HAS_OPEN_PAYMENTS"
    case .held: "COMPANY_HELD"
    }
  }

  package var field: String? {
    switch self {
    case .fieldFixed, .nothingToChange: "update_mask"
    case .changedMeanwhile: "etag"
    default: nil
    }
  }

  package var message: String {
    switch self {
    case .existsInactive:
      "The bureau has an inactive company with this organisation number; a customer administrator "
        + "activates it by hand."
    case .existsClosed:
      "The bureau had a company with this organisation number, and it is closed for good."
    case .fieldFixed(let field): "The field \(field) cannot be changed on a company."
    case .nothingToChange: "The update of the company names no field; give an update mask."
    case .changedMeanwhile: "The company was changed meanwhile; read it again and repeat."
    case .inactive:
      "The company is not active; a customer administrator activates it by hand."
    case .closed: "The company is closed: it can be read and exported, and nothing is begun."
    case .active: "The company is active already."
    case .openPayments(let count, _):
      "The company has payments that are signed, processing or in doubt (\(count)); wait for the "
        + "bank's answer, or settle what is in doubt, and close it then."
    case .held:
      "Transfers are held until a customer administrator has confirmed the list; close the company "
        + "after that."
    }
  }

  package var metadata: [String: String] {
    guard case .openPayments(let count, let first) = self else { return [:] }
    return ["count": "\(count)", "payments": first.map(\.hex).joined(separator: " ")]
  }
}
