package import BureauAPI
import Domain
import Engine
package import GRPCCore
import Primitives
import Storage
import SwiftProtobuf

// When a company's signed payments leave (D-02).

extension TransferService {
  package func getTransferSettings(
    request: Bureau_V1_GetTransferSettingsRequest, context: ServerContext
  ) async throws -> Bureau_V1_TransferSettings {
    let place = try ResourceName.parseTransferSettings(request.name, field: "name")
    let moment = try request.moment(now: commands.sources.now())
    return try await commands.read(
      context.method, by: context.caller, at: place, asOf: moment
    ) { try Bureau_V1_TransferSettings(at: place, in: $0) }
  }

  package func updateTransferSettings(
    request: Bureau_V1_UpdateTransferSettingsRequest, context: ServerContext
  ) async throws -> Bureau_V1_TransferSettings {
    let settings = request.transferSettings
    let place = try ResourceName.parseTransferSettings(
      settings.name, field: "transfer_settings.name")
    let call = try Call(
      context, context.caller, request, requestID: request.requestID,
      isDryRun: request.validateOnly)
    return try await commands.run(call, at: place, subject: ID<Company>(place.company.uuid)) {
      context in
      guard let timing = TransferTiming(settings.timing) else {
        throw TransferSettingsError.timingMissing
      }
      if try TransferSettingTables.timing(of: place, in: context.transaction) == timing {
        return []
      }
      return [.transferTimingSet(TransferTimingSet(timing: timing))]
    } answer: { _, context in
      try Bureau_V1_TransferSettings(at: place, in: context.transaction)
    }
  }
}

extension Bureau_V1_TransferSettings {
  fileprivate init(at place: Place, in tx: any Transaction) throws {
    self.init()
    name = "\(ResourceName.company(place))/transferSettings"
    timing = try TransferSettingTables.timing(of: place, in: tx).message
  }
}

extension TransferTiming {
  var message: Bureau_V1_TransferSettings.Timing {
    switch self {
    case .immediate: .immediate
    case .threeDaysBefore: .threeDaysBefore
    case .twoDaysBefore: .twoDaysBefore
    case .oneDayBefore: .oneDayBefore
    case .onDueDate: .onDueDate
    }
  }

  init?(_ message: Bureau_V1_TransferSettings.Timing) {
    guard let timing = Self.allCases.first(where: { $0.message == message }) else { return nil }
    self = timing
  }
}

extension ResourceName {
  /// `bureaus/{bureau}/companies/{company}/transferSettings`
  static func parseTransferSettings(_ text: String, field: String) throws(NameError) -> Place {
    let ending = "/transferSettings"
    guard text.hasSuffix(ending) else {
      throw .malformed(
        field: field, pattern: "bureaus/{bureau}/companies/{company}/transferSettings")
    }
    return try parseCompany(String(text.dropLast(ending.count)), field: field)
  }
}

extension Bureau_V1_GetTransferSettingsRequest: AsOfRequest {}

extension AccessTable {
  static let transferSettings: [AccessRule] = [
    rule("TransferService", "GetTransferSettings", .company(Set(Role.allCases))),
    // "Edit company settings" (S-03): not the accountant.
    rule(
      "TransferService", "UpdateTransferSettings",
      .company([.customerAdministrator, .companyAdministrator]), leavesFact: true),
  ]
}
