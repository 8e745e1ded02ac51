/// What is wrong with a bureau file, at its place: all are told at once, and nothing is applied.
package struct Finding: Sendable, Equatable, Error {
  package enum Reason: String, Sendable, CaseIterable {
    case fileTooLarge = "FILE_TOO_LARGE"
    case notUTF8 = "FILE_NOT_UTF8"
    case syntax = "YAML_SYNTAX"
    case keyTwice = "KEY_TWICE"
    case alias = "YAML_ALIAS"
    case versionUnknown = "VERSION_UNKNOWN"
    case unknownField = "UNKNOWN_FIELD"
    case fieldMissing = "FIELD_MISSING"
    case fieldTooLong = "FIELD_TOO_LONG"
    case fieldNotPlain = "FIELD_NOT_PLAIN"
    case wrongShape = "WRONG_SHAPE"
    case tooMany = "TOO_MANY"
    case keyInvalid = "KEY_INVALID"
    case countryNotSupported = "COUNTRY_NOT_SUPPORTED"
    case organisationNumberInvalid = "ORGANISATION_NUMBER_INVALID"
    case clientTwice = "CLIENT_TWICE"
    case personTwice = "PERSON_TWICE"
    case personTwoIDs = "PERSON_TWO_IDS"
    case nationalIDTwice = "NATIONAL_ID_TWICE"
    case nationalIDInvalid = "NATIONAL_ID_INVALID"
    case nationalIDUnused = "NATIONAL_ID_UNUSED"
    case emailInvalid = "EMAIL_INVALID"
    case emailTwice = "EMAIL_TWICE"
    case mobileInvalid = "MOBILE_INVALID"
    case userInvalid = "USER_INVALID"
    case groupTwice = "GROUP_TWICE"
    case groupCycle = "GROUP_CYCLE"
    case personUnknown = "PERSON_UNKNOWN"
    case bankUnknown = "BANK_UNKNOWN"
    case accountInvalid = "ACCOUNT_INVALID"
    case accountNotAtBank = "ACCOUNT_NOT_AT_BANK"
    case accountTwice = "ACCOUNT_TWICE"
    case currencyUnknown = "CURRENCY_UNKNOWN"
    case kindUnknown = "KIND_UNKNOWN"
    case numberInvalid = "NUMBER_INVALID"
    case amountInvalid = "AMOUNT_INVALID"
    case valueUnknown = "VALUE_UNKNOWN"
    case policyInvalid = "POLICY_INVALID"
    case policyExampleFails = "POLICY_EXAMPLE_FAILS"
    case signingKeyInvalid = "SIGNING_KEY_INVALID"
    case signingKeyProof = "SIGNING_KEY_PROOF"
    case signingKeyTwice = "SIGNING_KEY_TWICE"
    case consentTwice = "CONSENT_TWICE"
    case consentWithoutRole = "CONSENT_NO_BANK_RIGHTS"
    case remindersInvalid = "REMINDERS_INVALID"
  }

  /// A reason of the reader, or of a plan (`OnboardingError.reason`).
  package var reason: String
  /// From 1; 0 where the file as a whole is meant.
  package var line: Int
  package var column: Int
  /// `clients[3].agreements[0].account`
  package var path: String
  package var message: String

  package init(reason: String, line: Int, column: Int, path: String, message: String) {
    self.reason = reason
    self.line = line
    self.column = column
    self.path = path
    self.message = message
  }

  init(_ reason: Reason, at place: Located, _ message: String) {
    self.init(
      reason: reason.rawValue, line: place.line, column: place.column, path: place.path,
      message: message)
  }
}

/// A place in the file.
package struct Located: Sendable, Equatable {
  package var path: String
  package var line: Int
  package var column: Int

  package init(path: String, line: Int, column: Int) {
    self.path = path
    self.line = line
    self.column = column
  }

  static let whole = Located(path: "", line: 0, column: 0)
}

extension [Finding] {
  /// In the order of the file, each once.
  package var inOrder: [Finding] {
    var seen: Set<String> = []
    return sorted {
      ($0.line, $0.column, $0.path, $0.reason) < ($1.line, $1.column, $1.path, $1.reason)
    }.filter { seen.insert("\($0.path) \($0.reason) \($0.message)").inserted }
  }
}
