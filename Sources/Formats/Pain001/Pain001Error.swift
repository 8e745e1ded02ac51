/// Why a pain.001 is not written. `field` is the element, with the places of its parents counted
/// from 1: `PmtInf[1]/CdtTrfTxInf[2]/PmtId/EndToEndId`.
package enum Pain001Error: Error, Equatable, CustomStringConvertible {
  /// A group or message without payments.
  case nothingToPay(field: String)
  /// An identifier that is empty, too long, or has characters that banks refuse.
  case identifier(field: String, value: String)
  /// The same identifier twice in one message (DU02, DU04, DU05).
  case duplicate(field: String, value: String)
  /// A text of which nothing is left in the bank's characters.
  case empty(field: String)
  /// Zero, negative, or of more than 18 digits.
  case amount(field: String, value: String)
  /// An account that is not a valid number.
  case account(field: String, value: String)
  /// Two things that do not go together.
  case combination(field: String, why: String)

  package var field: String {
    switch self {
    case .nothingToPay(let field), .identifier(let field, _), .duplicate(let field, _),
      .empty(let field), .amount(let field, _), .account(let field, _), .combination(let field, _):
      field
    }
  }

  package var description: String {
    switch self {
    case .nothingToPay(let field): "\(field): there is nothing to pay"
    case .identifier(let field, let value):
      "\(field): \"\(value)\" must be 1 to 35 letters, digits or /-?:().,'+ without // or / at an end"
    case .duplicate(let field, let value): "\(field): \"\(value)\" is used twice in the message"
    case .empty(let field): "\(field): no character of the text can be sent to the bank"
    case .amount(let field, let value): "\(field): \(value) must be more than zero"
    case .account(let field, let value): "\(field): \"\(value)\" is no valid account number"
    case .combination(let field, let why): "\(field): \(why)"
    }
  }
}
