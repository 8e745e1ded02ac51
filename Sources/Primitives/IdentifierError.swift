/// Why an identifier is refused; each text is a sentence: what is wrong and how to mend it.
///
/// A national id never stands in the text.
package enum IdentifierError: Error, Equatable {
  case empty
  case length(String)
  case characters(String)
  case checkDigit(String)
  case unknownRange(String)
  case notAllowed(String)

  /// What is wrong and how to mend it, for people.
  package var message: String {
    switch self {
    case .empty: "the value is empty: fill it in"
    case .length(let text), .characters(let text), .checkDigit(let text),
      .unknownRange(let text), .notAllowed(let text):
      text
    }
  }

  static func wrongCheckDigit(_ noun: String, _ text: String) -> Self {
    .checkDigit("the check digit of \(noun) \(text) is wrong: compare it digit by digit")
  }
}
