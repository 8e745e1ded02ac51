package import Primitives

/// A BankID order: one person is asked to identify themselves or to sign one text. Orders are
/// working state: what they lead to is the facts of their purpose.
package struct Order: Sendable, Equatable {
  package enum Purpose: Sendable, Equatable {
    case login
    case agreement(ID<Agreement>)
    case consent(bank: String, invitation: ID<ConsentInvitation>? = nil)
    case payments([ID<Payment>])
    /// One signature over payments of several companies.
    case bulkPayments([CompanyPayments])
  }

  package enum State: String, Sendable, CaseIterable {
    case pending, complete, failed
  }

  package var id: ID<Order>
  package var purpose: Purpose
  /// The company it is about; nil for a login.
  package var company: ID<Company>?
  /// Who started it; nil where nobody is logged in.
  package var user: ID<User>?
  package var state: State
  /// What the person reads and signs; empty for a login.
  package var visibleText: String
  /// What is signed without being shown: the digests.
  package var nonVisibleData: [UInt8]
  package var startTime: Instant
  package var eid: Eid
  /// With a code by SMS no electronic identity answers.
  package var method: SigningMethod

  package init(
    id: ID<Order>, purpose: Purpose, company: ID<Company>?, user: ID<User>?, state: State,
    visibleText: String, nonVisibleData: [UInt8], startTime: Instant, eid: Eid = .bankIDSE,
    method: SigningMethod = .bankID
  ) {
    self.id = id
    self.purpose = purpose
    self.company = company
    self.user = user
    self.state = state
    self.visibleText = visibleText
    self.nonVisibleData = nonVisibleData
    self.startTime = startTime
    self.eid = eid
    self.method = method
  }
}

/// Payments of one company, in the order asked for.
package struct CompanyPayments: Sendable, Equatable {
  package var company: ID<Company>
  package var payments: [ID<Payment>]

  package init(company: ID<Company>, payments: [ID<Payment>]) {
    self.company = company
    self.payments = payments
  }
}

/// Something that was signed and, when the order was carried out, refused.
package struct OrderRefusal: Sendable, Equatable {
  /// Its resource name.
  package var name: String
  package var refusal: RecordedRefusal

  package init(name: String, refusal: RecordedRefusal) {
    self.name = name
    self.refusal = refusal
  }
}

/// A verified BankID answer, or what the server knows of a code that was entered: who signed what,
/// and where the evidence is kept.
package struct Evidence: Sendable, Equatable {
  /// SHA-256 of the answer as it came, under which it is stored unchanged.
  package var digest: [UInt8]
  package var signer: NationalIDDigest
  package var signerName: String
  package var visibleText: String
  package var nonVisibleData: [UInt8]
  package var time: Instant
  package var method: SigningMethod

  package init(
    digest: [UInt8], signer: NationalIDDigest, signerName: String, visibleText: String,
    nonVisibleData: [UInt8], time: Instant, method: SigningMethod = .bankID
  ) {
    self.digest = digest
    self.signer = signer
    self.signerName = signerName
    self.visibleText = visibleText
    self.nonVisibleData = nonVisibleData
    self.time = time
    self.method = method
  }

  /// Refuses evidence of another person or over another content than `order`'s.
  package func check(_ order: Order, signer expected: NationalIDDigest) throws(IdentityError) {
    guard signer == expected else { throw .otherPerson }
    guard visibleText == order.visibleText, nonVisibleData == order.nonVisibleData else {
      throw .otherContent
    }
  }
}

/// A logged-in person. Working state.
package struct Session: Sendable, Equatable {
  package var id: ID<Session>
  package var user: ID<User>
  package var startTime: Instant
  package var lastUseTime: Instant

  package init(id: ID<Session>, user: ID<User>, startTime: Instant, lastUseTime: Instant) {
    self.id = id
    self.user = user
    self.startTime = startTime
    self.lastUseTime = lastUseTime
  }

  /// How long a session lives (RTS art. 4: at most 5 minutes idle where payments are made).
  package struct Limits: Sendable {
    package var idleSeconds: Int
    package var absoluteSeconds: Int
    package init(idleSeconds: Int = 5 * 60, absoluteSeconds: Int = 8 * 3600) {
      self.idleSeconds = idleSeconds
      self.absoluteSeconds = absoluteSeconds
    }
  }

  package func isLive(at time: Instant, limits: Limits) -> Bool {
    time < lastUseTime.adding(seconds: limits.idleSeconds)
      && time < startTime.adding(seconds: limits.absoluteSeconds)
  }

  package func expireTime(_ limits: Limits) -> Instant {
    min(
      lastUseTime.adding(seconds: limits.idleSeconds),
      startTime.adding(seconds: limits.absoluteSeconds))
  }
}
