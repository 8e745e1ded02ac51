package import Primitives

/// One order of the sandbox's BankID, from its call until its result has been collected.
package struct SandboxOrder: Sendable {
  package enum State: Hashable, Sendable {
    case pending(PendingHint)
    /// Waits to be collected, once.
    case complete(SandboxPerson, SandboxEvidence, at: Instant)
    case failed(FailedHint, at: Instant)
  }

  package enum PendingHint: String, Sendable {
    case outstandingTransaction, noClient, started, userMrtd, userCallConfirm, userSign
  }

  package enum FailedHint: String, Sendable {
    case expiredTransaction, certificateErr, userCancel, cancelled, startFailed
    case userDeclinedCall, notSupportedByUserApp, transactionRiskBlocked
  }

  package let reference: String
  package let content: SigningContent
  /// The only person who may answer, where the relying party asked for one.
  package let required: PersonalNumber?
  /// The address of the user's device, or nil for an order made during a phone call.
  package let endUserIP: String?
  package let created: Instant
  package let autoStartToken: String
  package let qrStartToken: String
  package let qrStartSecret: String

  /// Who has it open in the app.
  package internal(set) var person: PersonalNumber?
  package internal(set) var state: State

  package var isPhone: Bool { endUserIP == nil }

  package var isPending: Bool {
    if case .pending = state { true } else { false }
  }

  /// The person it holds busy: one order at a time is allowed for each.
  var holder: PersonalNumber? { required ?? person }

  /// What the user reads in the app, where it is text.
  package var visibleText: String? {
    content.visibleData.flatMap { String(validating: $0, as: UTF8.self) }
  }
}

/// An error answer of the relying-party API: its HTTP status and its JSON body.
struct BankIDRefusal: Error, Hashable {
  let status: Int
  let errorCode: String
  let details: String

  static func invalid(_ details: String) -> Self {
    Self(status: 400, errorCode: "invalidParameters", details: details)
  }

  static let noSuchOrder = invalid("No such order")
  static let alreadyInProgress = Self(
    status: 400, errorCode: "alreadyInProgress", details: "Order already in progress for pno")
  static let notFound = Self(
    status: 404, errorCode: "notFound", details: "An erroneous URL path was used")
  static let methodNotAllowed = Self(
    status: 405, errorCode: "methodNotAllowed", details: "Only http method POST is allowed")
  static let unsupportedMediaType = Self(
    status: 415, errorCode: "unsupportedMediaType", details: "Set Content-Type to application/json")
  static let full = Self(
    status: 503, errorCode: "Maintenance", details: "The sandbox holds too many orders")
}
