package import Primitives

/// Why a connection to a bank does not work (roles-and-flows §2.10).
package enum ConnectionFault: String, Sendable, CaseIterable {
  case setUp, communication, gatewayMissing, keyMismatch

  /// For the customer.
  package var words: String {
    switch self {
    case .setUp: "the bank does not know this connection yet"
    case .communication: "the way to the bank does not work"
    case .gatewayMissing: "the gateway to the bank is missing"
    case .keyMismatch: "the bank knows another key"
    }
  }
}

/// What a connection check found.
package enum ConnectionFinding: Sendable, Equatable {
  case ok
  case failed(ConnectionFault, String)
}

/// A connection check with its time.
package struct ConnectionCheck: Sendable, Equatable {
  package var finding: ConnectionFinding
  package var time: Instant

  package init(finding: ConnectionFinding, time: Instant) {
    self.finding = finding
    self.time = time
  }
}

/// Who owns an account, as far as the bank tells.
package enum AccountOwner: Sendable, Equatable {
  /// A business, by the digits of its organisation number.
  case organisation(String)
  case privatePerson
  /// The bank does not tell: then the signer declares it in the text that is signed.
  case untold
}

/// What is asked of a bank about the owners of its accounts.
package protocol AccountRegister: Sendable {
  func owner(of account: AccountNumber, at connection: BankConnection)
    async throws(BankChannelError) -> AccountOwner
}

/// Of banks that do not tell.
package struct NoAccountRegister: AccountRegister {
  package init() {}
  package func owner(of _: AccountNumber, at _: BankConnection)
    async throws(BankChannelError) -> AccountOwner
  { .untold }
}

extension AccountOwner {
  /// Refuses an account that the company does not own, or that is private.
  package func check(owns company: Company) throws(AgreementError) {
    switch self {
    case .untold: return
    case .privatePerson: throw .accountPrivate
    case .organisation(let digits):
      guard digits == company.organisationNumber.digits else { throw .accountOfAnother }
    }
  }
}
