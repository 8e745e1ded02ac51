// What is done about an agreement outside Bureau, and recorded here: the bank's own application,
// going through all settings, the set-up in accounting.

import Crypto
package import Primitives

package enum AgreementStep: String, Sendable, CaseIterable {
  /// The bank's form is filled in and sent to it.
  case applicationSent
  /// The bank has confirmed it.
  case applicationConfirmed
  /// All settings were gone through after the activation.
  case settingsReviewed
  /// It was also set up on the client in accounting.
  case accountingSetUp
  /// The day of conversion was agreed with the bank (V-12).
  case conversionAgreed
  /// The return data of all that the old solution has sent were fetched (V-13).
  case returnDataFetched
}

extension AgreementStep {
  package var words: String {
    switch self {
    case .applicationSent: "sending the application to the bank"
    case .applicationConfirmed: "the bank's confirmation of the application"
    case .settingsReviewed: "going through all settings"
    case .accountingSetUp: "setting it up in accounting"
    case .conversionAgreed: "agreeing the day of conversion with the bank"
    case .returnDataFetched: "fetching the last return data"
    }
  }
}

package struct AgreementStepRecorded: Sendable, Equatable {
  package var agreement: ID<Agreement>
  package var step: AgreementStep
  /// When it was done, by the word of whoever records it.
  package var date: CalendarDate
  package var note: String
  package var recordTime: Instant

  package init(
    agreement: ID<Agreement>, step: AgreementStep, date: CalendarDate, note: String,
    recordTime: Instant
  ) {
    self.agreement = agreement
    self.step = step
    self.date = date
    self.note = note
    self.recordTime = recordTime
  }
}

/// A step as somebody records it.
package struct StepRecord: Sendable {
  package var step: AgreementStep
  /// nil: today.
  package var date: CalendarDate?
  package var note: String
  /// Of the settings as they were shown; see `Agreement.settingsDigest`.
  package var settingsDigest: String

  package init(step: AgreementStep, date: CalendarDate?, note: String, settingsDigest: String) {
    self.step = step
    self.date = date
    self.note = note
    self.settingsDigest = settingsDigest
  }
}

extension Agreement {
  /// Records what was done outside, in the order that the trade has: an application is confirmed
  /// after it was sent; settings are gone through once the agreement is active.
  package func recording(_ record: StepRecord, at time: Instant) throws(AgreementError) -> [Fact] {
    let today = time.date(in: .centralEuropean)
    let date = record.date ?? today
    guard date <= today || record.step == .conversionAgreed else { throw .stepDateInFuture }
    let note = record.note.isEmpty ? "" : try Self.reason(record.note)
    switch record.step {
    case .applicationSent:
      guard !state.isOver else { throw .stepTooEarly(record.step, in: state) }
      guard application.state != .notNeeded else { throw .applicationNotNeeded }
      guard application.state != .confirmed else { throw .stepDone(record.step) }
    case .applicationConfirmed:
      guard !state.isOver else { throw .stepTooEarly(record.step, in: state) }
      guard application.state != .notNeeded else { throw .applicationNotNeeded }
      guard application.state != .confirmed else { throw .stepDone(record.step) }
      guard application.state == .sent else { throw .stepTooEarly(record.step, in: state) }
    case .settingsReviewed:
      guard state == .active else { throw .stepTooEarly(record.step, in: state) }
      guard record.settingsDigest == settingsDigest else { throw .settingsChanged }
    case .accountingSetUp:
      guard state == .active else { throw .stepTooEarly(record.step, in: state) }
    case .conversionAgreed:
      guard state == .legacyActive else { throw .state(.convert, in: state) }
      // Whom at the bank it was agreed with.
      guard !note.isEmpty else { throw .reasonInvalid }
    case .returnDataFetched:
      guard state == .legacyActive else { throw .state(.convert, in: state) }
    }
    return [
      .agreementStepRecorded(
        AgreementStepRecorded(
          agreement: id, step: record.step, date: date, note: note, recordTime: time))
    ]
  }
}

/// A name and a value to be read.
package struct AgreementLine: Sendable, Equatable {
  package var name: String
  package var value: String
  package init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

extension Agreement {
  /// Everything that is set on it or follows from its bank: what A-22 has somebody go through.
  package var settings: [AgreementLine] {
    let own = [
      AgreementLine("kind", kind.rawValue), AgreementLine("account", account.display),
      AgreementLine("currency", currency.code),
      AgreementLine("starts", startDate?.iso ?? "on activation"),
      AgreementLine("signer", signer.displayName),
      AgreementLine("signer's mobile", signer.mobile),
      AgreementLine("signer's e-mail", signer.email),
    ]
    let declared = declarations.lines.map { line in
      let parts = line.split(separator: ":", maxSplits: 1).map { String($0).trimmed }
      return AgreementLine(parts.first ?? "", parts.count > 1 ? parts[1] : "")
    }
    return own + declared + (BankProfile.named(bank)?.settings ?? [])
  }

  /// SHA-256 of the settings, in hex: whoever says to have gone through them names what they saw.
  package var settingsDigest: String {
    let text = settings.map { "\($0.name)=\($0.value)\n" }.joined()
    return SHA256.hash(data: Array(text.utf8)).hexText
  }
}

extension BankProfile {
  fileprivate var settings: [AgreementLine] {
    [
      AgreementLine("bank", displayName),
      AgreementLine("channel", channel == .api ? "API" : "files"),
      AgreementLine("cut-off", "\(cutOffHour):00"),
      AgreementLine("in doubt after", "\(answerDays) banking days without an answer"),
      AgreementLine(
        "final signature in the online bank", finalSignatureInBank ? "yes (A-21)" : "no"),
    ]
  }
}

// MARK: The bank's form

extension Agreement {
  /// The bank's own application, filled in from what is known.
  package func applicationForm(company: Company, bureau: Bureau) throws(AgreementError)
    -> [AgreementLine]
  {
    guard let profile = BankProfile.named(bank), !profile.application.isEmpty else {
      throw .applicationNotNeeded
    }
    return profile.application.map { field in
      switch field {
      case .company: AgreementLine("Company", company.displayName)
      case .organisationNumber:
        AgreementLine("Organisation number", company.organisationNumber.digits)
      case .address:
        AgreementLine(
          "Address", "\(company.street), \(company.postalCode) \(company.town)")
      case .account: AgreementLine("Account", account.display)
      case .currency: AgreementLine("Currency", currency.code)
      case .kind:
        AgreementLine(
          "Agreement", kind == .remittance ? "outgoing payments" : "incoming payments")
      case .bureau: AgreementLine("Sent by", bureau.displayName)
      case .senderID: AgreementLine("Sender id", bureau.organisationNumber.digits)
      case .signer: AgreementLine("Signed by", signer.displayName)
      case .mobile: AgreementLine("Mobile", signer.mobile)
      case .email: AgreementLine("E-mail", signer.email)
      case .fileFormat:
        AgreementLine(
          "File formats",
          kind == .remittance
            ? "pain.001.001.03 out; pain.002, camt.054 in" : "camt.054 in")
      }
    }
  }

  /// The form as a page of text to print.
  package func applicationPage(company: Company, bureau: Bureau) throws(AgreementError) -> String {
    let lines = try applicationForm(company: company, bureau: bureau)
    let name = BankProfile.named(bank)?.displayName ?? bank
    let width = lines.map(\.name.count).max() ?? 0
    let body = lines.map { line in
      line.name + String(repeating: " ", count: width - line.name.count + 2) + line.value
    }
    return
      (["Application to \(name)", ""] + body + [
        "", "", "Place and date: ______________________", "",
        "Signature:      ______________________", "",
      ]).joined(separator: "\n")
  }
}
