/// Why a phone number is not taken or confirmed, in the order it is checked.
package enum PhoneError: Refusal, Equatable {
  case notOwn
  case invalid(String)
  case same(Phone.State)
  case absent
  case confirmed
  case tooSoon
  case tooMany
  case codeEnded
  case codeWrong(left: Int)
  case userNotPerson

  package var kind: RefusalKind {
    switch self {
    case .notOwn: .denied
    case .invalid, .codeWrong: .invalidArgument
    case .absent: .notFound
    case .tooSoon, .tooMany: .exhausted
    default: .failedPrecondition
    }
  }

  package var reason: String {
    switch self {
    case .notOwn: "PHONE_NOT_OWN"
    case .invalid: "PHONE_INVALID"
    case .same: "PHONE_SAME"
    case .absent: "PHONE_ABSENT"
    case .confirmed: "PHONE_CONFIRMED"
    case .tooSoon: "PHONE_CODE_TOO_SOON"
    case .tooMany: "PHONE_CODES_TOO_MANY"
    case .codeEnded: "PHONE_CODE_ENDED"
    case .codeWrong: "PHONE_CODE_WRONG"
    case .userNotPerson: "PHONE_USER_NOT_PERSON"
    }
  }

  package var field: String? {
    switch self {
    case .invalid: "number"
    case .codeWrong: "code"
    default: nil
    }
  }

  package var message: String {
    switch self {
    case .notOwn: "A phone number is entered and confirmed in one's own profile."
    case .invalid(let why): "The phone number is not valid: \(why)"
    case .same(.confirmed): "This is the number already, and it is confirmed."
    case .same(.unconfirmed):
      "This is the number already; ask for another code to confirm it."
    case .absent: "There is no phone number in the profile; enter it first."
    case .confirmed: "The phone number is confirmed already."
    case .tooSoon: "A code was sent a moment ago; wait for it before you ask for another."
    case .tooMany:
      "\(PhoneCode.perHour) codes were sent to you within an hour; wait before you ask for another."
    case .codeEnded: "The code is used up or older than five minutes; ask for another."
    case .codeWrong(let left): "The code is wrong; \(left) more tries."
    case .userNotPerson: "A service user has no phone and signs nothing."
    }
  }
}

/// Which condition of signing by SMS fails (S-01, S-06), in the order they are told.
package enum SMSSigningError: Refusal, Equatable {
  case companyNumberMissing
  case profileNumberMissing
  case profileNumberUnconfirmed
  case numbersDiffer

  package var kind: RefusalKind { .failedPrecondition }

  package var reason: String {
    switch self {
    case .companyNumberMissing: "SMS_COMPANY_NUMBER_MISSING"
    case .profileNumberMissing: "SMS_PROFILE_NUMBER_MISSING"
    case .profileNumberUnconfirmed: "SMS_PROFILE_NUMBER_UNCONFIRMED"
    case .numbersDiffer: "SMS_NUMBERS_DIFFER"
    }
  }

  package var message: String {
    switch self {
    case .companyNumberMissing:
      "Your number is not in the company's settings for bank signing; ask its administrator."
    case .profileNumberMissing: "There is no phone number in your profile; enter it."
    case .profileNumberUnconfirmed:
      "The phone number in your profile is not confirmed; confirm it, or have the code sent again."
    case .numbersDiffer:
      "The number in your profile is not the one in the company's settings for bank signing."
    }
  }
}
