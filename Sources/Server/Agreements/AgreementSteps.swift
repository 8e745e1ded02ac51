package import BureauAPI
import Domain
import Engine
package import GRPCCore
import Primitives
import Storage
import SwiftProtobuf

extension AgreementService {
  package func recordAgreementStep(
    request: Bureau_V1_RecordAgreementStepRequest, context: ServerContext
  ) async throws -> Bureau_V1_Agreement {
    let record = try StepRecord(request)
    return try await change(
      request.name, "name", request, request.requestID, request.validateOnly, context
    ) { agreement, context in try agreement.recording(record, at: context.time) }
  }

  package func getAgreementSettings(
    request: Bureau_V1_GetAgreementSettingsRequest, context: ServerContext
  ) async throws -> Bureau_V1_AgreementSettings {
    try await opened(request.name, context) { opened in
      .with {
        $0.lines = opened.agreement.settings.map { Bureau_V1_AgreementLine($0) }
        $0.digest = opened.agreement.settingsDigest
      }
    }
  }

  package func getBankApplication(
    request: Bureau_V1_GetBankApplicationRequest, context: ServerContext
  ) async throws -> Bureau_V1_BankApplication {
    try await opened(request.name, context) { opened in
      let (agreement, company, bureau) = (opened.agreement, opened.company, opened.bureau)
      return try .with {
        $0.lines = try agreement.applicationForm(company: company, bureau: bureau)
          .map { Bureau_V1_AgreementLine($0) }
        $0.page = try agreement.applicationPage(company: company, bureau: bureau)
      }
    }
  }

  /// Reads something of one agreement with its company and bureau.
  private func opened<Answer: Sendable>(
    _ name: String, _ context: ServerContext,
    answer: @escaping @Sendable (Opened) throws -> Answer
  ) async throws -> Answer {
    let (place, id) = try ResourceName.parse(name, "agreements", as: Agreement.self)
    return try await commands.read(context.method, by: context.caller, at: place) { tx in
      guard let agreement = try AgreementTables.load(id, of: place, in: tx) else {
        throw AgreementError.notFound
      }
      return try answer(Opened(agreement, at: place, in: tx))
    }
  }
}

extension StepRecord {
  fileprivate init(_ request: Bureau_V1_RecordAgreementStepRequest) throws(AgreementError) {
    let step: AgreementStep
    switch request.step {
    case .applicationSent: step = .applicationSent
    case .applicationConfirmed: step = .applicationConfirmed
    case .settingsReviewed: step = .settingsReviewed
    case .accountingSetUp: step = .accountingSetUp
    case .conversionAgreed: step = .conversionAgreed
    case .returnDataFetched: step = .returnDataFetched
    case .unspecified, .UNRECOGNIZED: throw .stepMissing
    }
    let date = request.date.isEmpty ? nil : CalendarDate(iso: request.date)
    guard request.date.isEmpty || date != nil else {
      throw .stepDateInvalid(String(request.date.plainLine.prefix(20)))
    }
    self.init(
      step: step, date: date, note: request.note, settingsDigest: request.settingsDigest)
  }
}

extension Bureau_V1_AgreementLine {
  fileprivate init(_ line: AgreementLine) {
    self.init()
    name = line.name
    value = line.value
  }
}
