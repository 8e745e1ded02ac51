package import Primitives

// What can happen to an agreement.

package struct AgreementDrafted: Sendable, Equatable {
  package var agreement: Agreement
  package init(agreement: Agreement) { self.agreement = agreement }
}

/// Changed before it was signed.
package struct AgreementChanged: Sendable, Equatable {
  package var agreement: ID<Agreement>
  package var signer: Signer
  package var declarations: Declarations
  package init(agreement: ID<Agreement>, signer: Signer, declarations: Declarations) {
    self.agreement = agreement
    self.signer = signer
    self.declarations = declarations
  }
}

package struct AgreementSent: Sendable, Equatable {
  package var agreement: ID<Agreement>
  package var linkHash: [UInt8]
  /// nil: a link of before links ended.
  package var expireTime: Instant?
  package init(agreement: ID<Agreement>, linkHash: [UInt8], expireTime: Instant? = nil) {
    self.agreement = agreement
    self.linkHash = linkHash
    self.expireTime = expireTime
  }
}

package struct AgreementDeclined: Sendable, Equatable {
  package var agreement: ID<Agreement>
  package var reason: String
  package init(agreement: ID<Agreement>, reason: String) {
    self.agreement = agreement
    self.reason = reason
  }
}

package struct AgreementLinkExpired: Sendable, Equatable {
  package var agreement: ID<Agreement>
  package init(agreement: ID<Agreement>) { self.agreement = agreement }
}

package struct AgreementSigned: Sendable, Equatable {
  package var agreement: ID<Agreement>
  package var signTime: Instant
  package var evidenceDigest: [UInt8]
  /// False in journals of before: what was signed was active at once.
  package var awaitsActivation: Bool
  package init(
    agreement: ID<Agreement>, signTime: Instant, evidenceDigest: [UInt8],
    awaitsActivation: Bool = false
  ) {
    self.agreement = agreement
    self.signTime = signTime
    self.evidenceDigest = evidenceDigest
    self.awaitsActivation = awaitsActivation
  }
}

package struct AgreementHeldForReview: Sendable, Equatable {
  package var agreement: ID<Agreement>
  package var review: AgreementReview
  package init(agreement: ID<Agreement>, review: AgreementReview) {
    self.agreement = agreement
    self.review = review
  }
}

/// The review has let it pass; what follows tells whether it became active.
package struct AgreementApproved: Sendable, Equatable {
  package var agreement: ID<Agreement>
  package var by: String
  package var note: String
  package init(agreement: ID<Agreement>, by: String, note: String) {
    self.agreement = agreement
    self.by = by
    self.note = note
  }
}

package struct AgreementRejected: Sendable, Equatable {
  package var agreement: ID<Agreement>
  package var by: String
  package var reason: String
  package init(agreement: ID<Agreement>, by: String, reason: String) {
    self.agreement = agreement
    self.by = by
    self.reason = reason
  }
}

package struct ConnectionChecked: Sendable, Equatable {
  package var agreement: ID<Agreement>
  package var check: ConnectionCheck
  package init(agreement: ID<Agreement>, check: ConnectionCheck) {
    self.agreement = agreement
    self.check = check
  }
}

/// It carries payments from here on.
package struct AgreementActivated: Sendable, Equatable {
  package var agreement: ID<Agreement>
  package init(agreement: ID<Agreement>) { self.agreement = agreement }
}

/// Saved, but not to be used before it is activated.
package struct AgreementNotActivated: Sendable, Equatable {
  package var agreement: ID<Agreement>
  package var reason: String
  package init(agreement: ID<Agreement>, reason: String) {
    self.agreement = agreement
    self.reason = reason
  }
}

package struct AgreementTerminated: Sendable, Equatable {
  package var agreement: ID<Agreement>
  package var reason: String
  package var terminateTime: Instant
  package init(agreement: ID<Agreement>, reason: String, terminateTime: Instant) {
    self.agreement = agreement
    self.reason = reason
    self.terminateTime = terminateTime
  }
}
