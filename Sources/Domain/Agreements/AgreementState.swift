/// Where a bank agreement stands (roles-and-flows §2.1).
package enum AgreementState: String, Sendable, CaseIterable {
  case draft, sentForSigning, active, terminated
}

package enum AgreementEvent: String, Sendable, CaseIterable {
  case send, sign, terminate
}

extension AgreementState {
  /// The whole life of an agreement. A pair not listed is refused; nothing else decides.
  package static let table: [Self: [AgreementEvent: Self]] = [
    .draft: [.send: .sentForSigning],
    .sentForSigning: [.send: .sentForSigning, .sign: .active],
    .active: [.terminate: .terminated],
    .terminated: [:],
  ]

  package func after(_ event: AgreementEvent) throws(AgreementError) -> Self {
    guard let next = Self.table[self]?[event] else { throw .state(event, in: self) }
    return next
  }
}
