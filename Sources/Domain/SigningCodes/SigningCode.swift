// A code by SMS that signs payments (L-02, S-01…S-06), and when it does (RTS art. 4 and 5): bound to
// the person, to the session that asked, and to the digests of exactly what is signed; for five
// minutes, five tries, once.

import Crypto
package import Primitives

/// How a person has signed.
package enum SigningMethod: String, Sendable, CaseIterable {
  /// With BankID: a personal signature that anybody can check.
  case bankID = "bankid"
  /// By a code that came by SMS: shown by the server's own journal alone.
  case sms
}

/// A code that was sent, known by its keyed digest only. Working state.
package struct SigningCode: Sendable, Equatable {
  /// Tries that a code has; each wrong one takes one, and so does the right one.
  package static let tries = 5
  package static let lifetimeMinutes = 5
  package static let digits = 6
  /// Between one code that was not used and the next: a message takes its time.
  package static let resendSeconds = 30
  /// To one person within an hour: each costs, and nobody is to be flooded.
  package static let perHour = 10

  /// That it was used, and by which request.
  package struct Use: Sendable, Equatable {
    package var time: Instant
    package var requestID: String
    package init(time: Instant, requestID: String) {
      self.time = time
      self.requestID = requestID
    }
  }

  package var id: ID<SigningCode>
  package var user: ID<User>
  package var session: ID<Session>
  package var number: PhoneNumber
  /// SHA-256 of what is signed without being shown: of each payment's id and digest.
  package var set: [UInt8]
  package var salt: [UInt8]
  package var digest: [UInt8]
  /// Of the message, as the gateway got it.
  package var message: String
  /// What the message says, the code left out.
  package var text: String
  package var sendTime: Instant
  package var triesLeft: Int
  /// Another code was sent after it.
  package var isVoid: Bool
  package var use: Use?

  package init(
    id: ID<SigningCode>, user: ID<User>, session: ID<Session>, number: PhoneNumber, set: [UInt8],
    salt: [UInt8], digest: [UInt8], message: String, text: String, sendTime: Instant,
    triesLeft: Int = tries, isVoid: Bool = false, use: Use? = nil
  ) {
    self.id = id
    self.user = user
    self.session = session
    self.number = number
    self.set = set
    self.salt = salt
    self.digest = digest
    self.message = message
    self.text = text
    self.sendTime = sendTime
    self.triesLeft = triesLeft
    self.isVoid = isVoid
    self.use = use
  }

  package var expireTime: Instant { sendTime.adding(minutes: Self.lifetimeMinutes) }

  /// The digest that `text` has as a code of this kind: under the server's key, since six digits
  /// alone would be found from their hash by trying all, and good for nothing else than this set,
  /// person and session.
  package func digest(of text: String, key: NationalIDKey) -> [UInt8] {
    key.digest(
      ofSecret: "signing-code:\(salt.hexText):\(id.hex):\(user.hex):\(session.hex):\(set.hexText):"
        + text)
  }

  /// What of the payments it is bound to.
  package static func set(of data: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: data)) }

  /// Six digits; each code is as likely as any other, to within one in ten million millions.
  /// - Parameter bytes: Eight random ones.
  package static func text(from bytes: [UInt8]) -> String {
    let number = bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } % 1_000_000
    let text = String(number)
    return String(repeating: "0", count: digits - text.count) + text
  }
}

/// Somebody entered a wrong code. Neither the code nor anything made from it is told: of six digits
/// every hash is found.
package struct SigningCodeFailed: Sendable, Equatable {
  package var user: ID<User>
  package var code: ID<SigningCode>
  package var reason: String
  package var triesLeft: Int
  package init(user: ID<User>, code: ID<SigningCode>, reason: String, triesLeft: Int) {
    self.user = user
    self.code = code
    self.reason = reason
    self.triesLeft = triesLeft
  }
}

package enum SigningCodeRules {
  /// Whether another code may be sent to a person now.
  /// - Parameter earlier: Those of the last hour.
  package static func sending(after earlier: [SigningCode], at time: Instant)
    throws(SigningCodeError)
  {
    if earlier.contains(where: {
      $0.use == nil && $0.sendTime.adding(seconds: SigningCode.resendSeconds) > time
    }) {
      throw .tooSoon
    }
    let hour = earlier.filter { $0.sendTime.adding(minutes: 60) > time }
    guard hour.count < SigningCode.perHour else { throw .tooMany }
  }

  /// What somebody has entered, and where.
  package struct Entry: Sendable {
    package var text: String
    /// nil: not in a session at all.
    package var session: ID<Session>?
    package var requestID: String
    /// Of what the order is about now.
    package var set: [UInt8]
    package var time: Instant

    package init(
      text: String, session: ID<Session>?, requestID: String, set: [UInt8], time: Instant
    ) {
      self.text = text
      self.session = session
      self.requestID = requestID
      self.set = set
      self.time = time
    }
  }

  package enum Finding: Sendable, Equatable {
    /// The right code, for the first time.
    case right
    /// The very request that has used it.
    case isRepeat
    /// That request's id with another code.
    case isReused
  }

  /// Whether the code signs what it was asked for.
  /// - Parameters:
  ///   - code: As it was before this try, which it has counted.
  ///   - others: The same person's other codes.
  package static func confirming(
    _ entry: Entry, with code: SigningCode, besides others: [SigningCode], key: NationalIDKey
  ) throws(SigningCodeError) -> Finding {
    let isRight = equal(code.digest(of: entry.text, key: key), code.digest)
    if let use = code.use {
      guard use.requestID == entry.requestID, code.session == entry.session else { throw .used }
      return isRight ? .isRepeat : .isReused
    }
    if code.isVoid { throw .superseded }
    guard code.expireTime > entry.time else { throw .expired }
    guard code.triesLeft > 0 else { throw .triesUsedUp }
    guard code.session == entry.session else { throw .otherSession }
    guard code.set == entry.set else { throw .otherSet(left: code.triesLeft - 1) }
    if isRight { return .right }
    if others.contains(where: { equal($0.digest(of: entry.text, key: key), $0.digest) }) {
      throw .otherSet(left: code.triesLeft - 1)
    }
    throw .wrong(left: code.triesLeft - 1)
  }

  /// Takes the same time wherever they differ.
  private static func equal(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    a.count == b.count && zip(a, b).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
