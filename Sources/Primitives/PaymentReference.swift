/// What kind of reference a payment carries; the raw value is stored and sent over the API.
package enum PaymentReferenceType: String, Hashable, Sendable, CaseIterable {
  case kid = "KID"
  case ocr = "OCR"
  case creditor = "RF"
  case finnish = "FI"
  case message = "MESSAGE"
}

/// What tells the payee which invoice is paid.
package enum PaymentReference: Hashable, Sendable, CustomStringConvertible {
  case kid(KID)
  case ocr(SwedishOCR)
  case creditor(CreditorReference)
  case finnish(FinnishReference)
  /// Free text: made by `init(type:text:)`, which checks it.
  case message(String)

  /// The longest message, in Unicode scalars (pain.001 RmtInf/Ustrd).
  package static let maximumMessageLength = 140

  package init(type: PaymentReferenceType, text: String) throws(IdentifierError) {
    switch type {
    case .kid: self = .kid(try KID(text))
    case .ocr: self = .ocr(try SwedishOCR(text))
    case .creditor: self = .creditor(try CreditorReference(text))
    case .finnish: self = .finnish(try FinnishReference(text))
    case .message: self = .message(try Self.checked(message: text))
    }
  }

  private static func checked(message: String) throws(IdentifierError) -> String {
    guard !message.unicodeScalars.allSatisfy({ $0.properties.isWhitespace }) else { throw .empty }
    guard message.fits(scalars: maximumMessageLength) else {
      throw .length("a message to the payee has at most \(maximumMessageLength) characters")
    }
    guard message.isPlainLine else {
      throw .characters("a message to the payee is one line without invisible characters")
    }
    return message
  }

  package var type: PaymentReferenceType {
    switch self {
    case .kid: .kid
    case .ocr: .ocr
    case .creditor: .creditor
    case .finnish: .finnish
    case .message: .message
    }
  }

  package var text: String {
    switch self {
    case .kid(let reference): reference.text
    case .ocr(let reference): reference.text
    case .creditor(let reference): reference.text
    case .finnish(let reference): reference.text
    case .message(let text): text
    }
  }

  package var description: String { "\(type.rawValue) \(text)" }
}
