// A phone number in one's own profile, and the numbers in a company's bank signing setting
// (roles-and-flows §2.6, S-01…S-06).

package import Primitives

/// The number in a user's own profile; none: absent.
package struct Phone: Sendable, Equatable {
  package enum State: String, Sendable, CaseIterable {
    case unconfirmed, confirmed
  }

  package var number: PhoneNumber
  package var state: State

  package init(number: PhoneNumber, state: State) {
    self.number = number
    self.state = state
  }
}

/// A code that was sent to a number, known by its keyed digest only.
package struct PhoneCode: Sendable, Equatable {
  /// Tries that are left; each wrong one takes one, and so does the right one.
  package static let tries = 5
  package static let lifetimeMinutes = 5
  package static let digits = 6
  /// Between two codes to one number.
  package static let resendSeconds = 30
  /// To whatever numbers: who enters those of strangers must not flood them, nor try long enough
  /// to guess.
  package static let perHour = 5

  package var number: PhoneNumber
  package var digest: [UInt8]
  package var triesLeft: Int
  package var sendTime: Instant
  /// The hour that is counted begins with the first code in it.
  package var hourStart: Instant
  package var sentInHour: Int

  package init(
    number: PhoneNumber, digest: [UInt8], triesLeft: Int, sendTime: Instant, hourStart: Instant,
    sentInHour: Int
  ) {
    self.number = number
    self.digest = digest
    self.triesLeft = triesLeft
    self.sendTime = sendTime
    self.hourStart = hourStart
    self.sentInHour = sentInHour
  }

  /// A new code in the place of the last one, which ends.
  package static func following(
    _ last: PhoneCode?, to number: PhoneNumber, digest: [UInt8], at time: Instant
  ) throws(PhoneError) -> PhoneCode {
    var code = PhoneCode(
      number: number, digest: digest, triesLeft: tries, sendTime: time, hourStart: time,
      sentInHour: 1)
    if let last, last.hourStart.adding(minutes: 60) > time {
      guard last.sentInHour < perHour else { throw .tooMany }
      code.hourStart = last.hourStart
      code.sentInHour = last.sentInHour + 1
    }
    return code
  }

  package var expireTime: Instant { sendTime.adding(minutes: Self.lifetimeMinutes) }
}

package struct PhoneEntered: Sendable, Equatable {
  package var user: ID<User>
  package var number: PhoneNumber
  package init(user: ID<User>, number: PhoneNumber) {
    self.user = user
    self.number = number
  }
}

package struct PhoneConfirmed: Sendable, Equatable {
  package var user: ID<User>
  package var number: PhoneNumber
  package init(user: ID<User>, number: PhoneNumber) {
    self.user = user
    self.number = number
  }
}

/// A user's number in a company's settings › bank signing (S-02).
package struct BankSigningSet: Sendable, Equatable {
  package var user: ID<User>
  /// nil: taken out.
  package var number: PhoneNumber?
  package init(user: ID<User>, number: PhoneNumber?) {
    self.user = user
    self.number = number
  }
}

package enum PhoneRules {
  package static func number(_ text: String) throws(PhoneError) -> PhoneNumber {
    let number: PhoneNumber
    do { number = try PhoneNumber(text) } catch { throw .invalid(error.message) }
    guard number.isMobile != false else { throw .invalid("a code by SMS needs a mobile number") }
    return number
  }

  /// A number in one's own profile, to be confirmed. A change returns it to unconfirmed.
  package static func entering(_ number: PhoneNumber, by user: ID<User>, known: Phone?)
    throws(PhoneError) -> [Fact]
  {
    if let known, known.number == number { throw .same(known.state) }
    return [.phoneEntered(PhoneEntered(user: user, number: number))]
  }

  /// Whether another code may be sent now (S-05).
  /// - Parameter last: the code that was sent before.
  package static func resending(to known: Phone?, last: PhoneCode?, at time: Instant)
    throws(PhoneError) -> PhoneNumber
  {
    guard let known else { throw .absent }
    guard known.state == .unconfirmed else { throw .confirmed }
    if let last, last.sendTime.adding(seconds: PhoneCode.resendSeconds) > time { throw .tooSoon }
    return known.number
  }

  /// Confirms the number that the code was sent to (S-04).
  /// - Parameter code: as it was before this try, which it has counted.
  package static func confirming(
    _ digest: [UInt8], by user: ID<User>, known: Phone?, code: PhoneCode?, at time: Instant
  ) throws(PhoneError) -> [Fact] {
    guard let known else { throw .absent }
    guard known.state == .unconfirmed else { throw .confirmed }
    guard let code, code.number == known.number, code.expireTime > time, code.triesLeft > 0 else {
      throw .codeEnded
    }
    guard Self.equal(code.digest, digest) else { throw .codeWrong(left: code.triesLeft - 1) }
    return [.phoneConfirmed(PhoneConfirmed(user: user, number: known.number))]
  }

  /// Takes the same time wherever they differ.
  private static func equal(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    a.count == b.count && zip(a, b).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }
}

/// Whether a user can sign by SMS in a company: two conditions, each with its own refusal (S-01).
package enum SMSSigning {
  /// What is missing, company settings first; empty: the user can sign by SMS.
  package static func missing(company: PhoneNumber?, profile: Phone?) -> [SMSSigningError] {
    var missing: [SMSSigningError] = []
    if company == nil { missing.append(.companyNumberMissing) }
    switch profile {
    case nil: missing.append(.profileNumberMissing)
    case .some(let phone):
      if phone.state == .unconfirmed { missing.append(.profileNumberUnconfirmed) }
      if let company, company != phone.number { missing.append(.numbersDiffer) }
    }
    return missing
  }

  /// Refuses by the first condition that fails (S-01, S-06).
  package static func require(company: PhoneNumber?, profile: Phone?) throws(SMSSigningError) {
    if let first = missing(company: company, profile: profile).first { throw first }
  }
}
