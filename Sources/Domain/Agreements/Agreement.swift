package import Primitives

/// The right to use one bank account in one way, granted by a named signer (A-08… ).
package struct Agreement: Sendable, Equatable {
  /// An account has at most one living agreement of each kind.
  package enum Kind: String, Sendable, CaseIterable {
    /// Outgoing payments.
    case remittance
    /// Incoming payments with KID or OCR.
    case incoming
  }

  package var id: ID<Agreement>
  package var kind: Kind
  package var state: AgreementState
  /// `BankProfile.id`.
  package var bank: String
  package var account: AccountNumber
  package var currency: Currency
  package var signer: Signer
  package var createTime: Instant
  package var signTime: Instant?
  /// SHA-256 of the secret in the signer's newest link; nil before it is sent.
  package var linkHash: [UInt8]?
  /// Until when the newest link opens the agreement.
  package var linkExpireTime: Instant?
  package var declarations = Declarations()
  /// The bank's or the old solution's number; it stays through a conversion (V-11).
  package var number: String?
  /// The first day on which it carries anything; nil: from its activation.
  package var startDate: CalendarDate?
  /// Why it is where it is: the signer's words, the partner's, the bank's.
  package var note: String?
  /// The newest manual review.
  package var review: AgreementReview?
  /// The newest connection check.
  package var check: ConnectionCheck?
  package var application: BankApplication
  /// When all settings were gone through after activation.
  package var settingsReviewTime: Instant?
  /// When it was also set up on the client in accounting.
  package var accountingTime: Instant?
  /// The day of conversion that was agreed with the bank (V-12).
  package var conversionDate: CalendarDate?
  /// The day on which all return data of the old solution were fetched (V-13).
  package var returnDataDate: CalendarDate?
  /// When it was converted.
  package var conversionTime: Instant?
  package var terminateTime: Instant?

  package init(
    id: ID<Agreement>, kind: Kind, state: AgreementState, bank: String, account: AccountNumber,
    currency: Currency, signer: Signer, createTime: Instant, signTime: Instant?,
    linkHash: [UInt8]?
  ) {
    self.id = id
    self.kind = kind
    self.state = state
    self.bank = bank
    self.account = account
    self.currency = currency
    self.signer = signer
    self.createTime = createTime
    self.signTime = signTime
    self.linkHash = linkHash
    let needsApplication = BankProfile.named(bank)?.application.isEmpty == false
    application = BankApplication(state: needsApplication ? .toSend : .notNeeded)
  }

  /// Days that a link opens the agreement.
  package static let linkDays = 14

  /// Whether it carries outgoing payments on `date`.
  package func remits(on date: CalendarDate) -> Bool {
    guard state == .active, kind == .remittance else { return false }
    return startDate.map { $0 <= date } ?? true
  }
}

/// Who shall sign an agreement: need not be a user.
package struct Signer: Sendable, Equatable {
  package var displayName: String
  package var mobile: String
  package var email: String
  package var nationalIDDigest: NationalIDDigest

  package init(
    displayName: String, mobile: String, email: String, nationalIDDigest: NationalIDDigest
  ) {
    self.displayName = displayName
    self.mobile = mobile
    self.email = email
    self.nationalIDDigest = nationalIDDigest
  }
}

/// Where the bank's own application stands, where its channel needs one.
package struct BankApplication: Sendable, Equatable {
  package enum State: String, Sendable, CaseIterable {
    case notNeeded, toSend, sent, confirmed
  }

  package var state: State
  package var date: CalendarDate?
  package var note: String

  package init(state: State, date: CalendarDate? = nil, note: String = "") {
    self.state = state
    self.date = date
    self.note = note
  }
}
