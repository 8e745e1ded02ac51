package import Primitives

/// The right to use one bank account, granted by a named signer (A-08… ).
package struct Agreement: Sendable, Equatable {
  package enum Kind: String, Sendable, CaseIterable {
    case remittance
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
  /// SHA-256 of the secret in the signer's link; nil before it is sent.
  package var linkHash: [UInt8]?

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

package struct AgreementDrafted: Sendable, Equatable {
  package var agreement: Agreement
  package init(agreement: Agreement) { self.agreement = agreement }
}

package struct AgreementSent: Sendable, Equatable {
  package var agreement: ID<Agreement>
  package var linkHash: [UInt8]
  package init(agreement: ID<Agreement>, linkHash: [UInt8]) {
    self.agreement = agreement
    self.linkHash = linkHash
  }
}

/// Signed and, as no review holds it, active.
package struct AgreementSigned: Sendable, Equatable {
  package var agreement: ID<Agreement>
  package var signTime: Instant
  package var evidenceDigest: [UInt8]
  package init(agreement: ID<Agreement>, signTime: Instant, evidenceDigest: [UInt8]) {
    self.agreement = agreement
    self.signTime = signTime
    self.evidenceDigest = evidenceDigest
  }
}
