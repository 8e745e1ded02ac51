package import Crypto
package import Primitives

/// BankID's side of an order.
package struct OrderTicket: Sendable, Equatable {
  package var orderRef: String
  package var autoStartToken: String
  package var qrStartToken: String
  /// Never leaves the server.
  package var qrStartSecret: String
  /// Where the person goes with a browser; empty where they scan a code.
  package var openURL: String

  package init(
    orderRef: String, autoStartToken: String, qrStartToken: String, qrStartSecret: String,
    openURL: String = ""
  ) {
    self.orderRef = orderRef
    self.autoStartToken = autoStartToken
    self.qrStartToken = qrStartToken
    self.qrStartSecret = qrStartSecret
    self.openURL = openURL
  }
}

/// How an order stands with the identity provider.
package enum IdentityAnswer: Sendable, Equatable {
  /// With what to tell the person.
  case pending(hint: String)
  case failed(hint: String)
  /// The answer as it came. It is given once: keep it before anything else.
  case complete([UInt8])
}

/// What Bureau asks of an electronic identity: BankID, or its twin in the sandbox.
package protocol IdentityProvider: Sendable {
  func startLogin(from address: String) async throws(IdentityError) -> OrderTicket
  func startSignature(of text: String, data: [UInt8], from address: String)
    async throws(IdentityError) -> OrderTicket
  func collect(_ orderRef: String) async throws(IdentityError) -> IdentityAnswer
  /// Withdraws an order; one that is gone already is no error.
  func cancel(_ orderRef: String) async
  /// What is said of an order that nobody has picked up for so long: BankID's words, without BankID.
  func unanswered(seconds: Int) -> IdentityAnswer
  /// The animated QR code's text, `seconds` after the order was started.
  func qrText(_ ticket: OrderTicket, seconds: Int) -> String
  /// Verifies an answer in full: signature, chain, revocation, and that `order` is what was
  /// signed. The person is the caller's to compare.
  func verify(_ answer: [UInt8], of order: Order, key: NationalIDKey, at time: Instant)
    throws(IdentityError) -> Evidence
}

/// The key under which national ids are digested; the ids themselves are never kept.
package struct NationalIDKey: Sendable {
  private let key: SymmetricKey

  /// At least 32 random bytes.
  package init?(bytes: [UInt8]) {
    guard bytes.count >= 32 else { return nil }
    key = SymmetricKey(data: bytes)
  }

  /// Another key made from this one, for a purpose of its own.
  package func derived(for purpose: String) -> SymmetricKey {
    HKDF<SHA256>.deriveKey(inputKeyMaterial: key, info: Array(purpose.utf8), outputByteCount: 32)
  }

  package func digest(of number: PersonalNumber) -> NationalIDDigest {
    digest("SE", number.digits)
  }

  package func digest(of id: NorwegianNationalID) -> NationalIDDigest { digest("NO", id.digits) }

  /// A national id as a person writes it: 12 digits for Sweden, 11 for Norway. Synthetic
  /// Norwegian numbers are for test systems only.
  package func digest(ofText text: String, allowsSynthetic: Bool) throws(TenancyError)
    -> NationalIDDigest
  {
    let digits = text.filter { $0.isNumber }
    do {
      if digits.utf8.count == 11 {
        return digest(of: try NorwegianNationalID(text, allowsSynthetic: allowsSynthetic))
      }
      return digest(of: try PersonalNumber(text))
    } catch { throw .nationalIDInvalid(error.message) }
  }

  /// A key of its own for another purpose.
  package func purposeBytes(_ purpose: String) -> [UInt8] {
    Array(HMAC<SHA256>.authenticationCode(for: Array("bureau/\(purpose)".utf8), using: key))
  }

  /// Of a short secret that could be found from a plain hash by trying all.
  package func digest(ofSecret text: String) -> [UInt8] {
    Array(HMAC<SHA256>.authenticationCode(for: Array("secret:\(text)".utf8), using: key))
  }

  private func digest(_ country: String, _ digits: String) -> NationalIDDigest {
    let code = HMAC<SHA256>.authenticationCode(for: Array("\(country):\(digits)".utf8), using: key)
    return NationalIDDigest(bytes: Array(code))
  }
}

extension IdentityProvider {
  package func unanswered(seconds: Int) -> IdentityAnswer {
    seconds < 30
      ? .pending(hint: "Waiting for the person.") : .failed(hint: "Nobody answered. Start again.")
  }
}
