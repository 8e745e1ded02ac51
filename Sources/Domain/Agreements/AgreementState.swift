/// Where a bank agreement stands (roles-and-flows §2.1).
package enum AgreementState: String, Sendable, CaseIterable {
  case draft, sentForSigning, signed, manualReview, active, rejected, savedNotActivated,
    legacyActive, terminated

  /// Whether it is over: another agreement may take its place.
  package var isOver: Bool { self == .rejected || self == .terminated }
}

package enum AgreementEvent: String, Sendable, CaseIterable {
  case send, decline, expire, sign, hold, approve, reject, activate, fail, convert, terminate
}

extension AgreementState {
  /// The whole life of an agreement. A pair not listed is refused; nothing else decides.
  package static let table: [Self: [AgreementEvent: Self]] = [
    .draft: [.send: .sentForSigning, .terminate: .terminated],
    .sentForSigning: [
      .send: .sentForSigning, .decline: .draft, .expire: .draft, .sign: .signed,
      .terminate: .terminated,
    ],
    // Signed alone is not active: the partner may hold it, the bank may not be reached.
    .signed: [
      .hold: .manualReview, .reject: .rejected, .activate: .active, .fail: .savedNotActivated,
      .terminate: .terminated,
    ],
    .manualReview: [
      .hold: .manualReview, .approve: .active, .reject: .rejected, .fail: .savedNotActivated,
      .terminate: .terminated,
    ],
    .savedNotActivated: [
      .activate: .active, .fail: .savedNotActivated, .reject: .rejected, .terminate: .terminated,
    ],
    .legacyActive: [.convert: .active, .terminate: .terminated],
    .active: [.terminate: .terminated],
    .rejected: [:],
    .terminated: [:],
  ]

  package func after(_ event: AgreementEvent) throws(AgreementError) -> Self {
    guard let next = Self.table[self]?[event] else { throw .state(event, in: self) }
    return next
  }
}
