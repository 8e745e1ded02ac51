package import Primitives

// An agreement that is in use with an old solution, and its conversion to this one.

package struct AgreementConverted: Sendable, Equatable {
  package var agreement: ID<Agreement>
  /// The first day on which it carries anything here.
  package var startDate: CalendarDate
  package var convertTime: Instant

  package init(agreement: ID<Agreement>, startDate: CalendarDate, convertTime: Instant) {
    self.agreement = agreement
    self.startDate = startDate
    self.convertTime = convertTime
  }
}

extension Agreement {
  /// The old solution's number, as it is kept (V-11).
  package static func number(_ text: String) throws(AgreementError) -> String? {
    let text = text.trimmed
    guard !text.isEmpty else { return nil }
    guard text.fits(scalars: 35), text.isPlainLine else { throw .numberInvalid }
    return text
  }

  /// Converts it under its old number (V-10, V-11), on the day that the bank has agreed to or later
  /// (V-12), once nothing that the old solution has sent waits for its return data (V-13).
  package func converting(
    _ findings: ActivationFindings, for company: Company, at time: Instant
  ) throws -> [Fact] {
    _ = try state.after(.convert)
    guard let conversionDate else { throw AgreementError.conversionNotAgreed }
    let today = time.date(in: .centralEuropean)
    guard conversionDate <= today else {
      throw AgreementError.conversionTooEarly(conversionDate)
    }
    if kind == .remittance {
      guard let returnDataDate, returnDataDate >= conversionDate else {
        throw AgreementError.returnDataOutstanding(conversionDate)
      }
    }
    try findings.owner.check(owns: company)
    if case .failed(let fault, let text) = findings.connection {
      let why = text.isEmpty ? fault.words : "\(fault.words): \(text.plainLine.prefix(200))"
      throw AgreementError.conversionNotConnected(why)
    }
    return checking(findings.connection, at: time) + [
      .agreementConverted(
        AgreementConverted(agreement: id, startDate: conversionDate, convertTime: time))
    ]
  }
}
