package import BureauAPI
import Domain
import Engine
package import GRPCCore
import Primitives
import Storage
import SwiftProtobuf

package struct ReminderService: Bureau_V1_ReminderService.SimpleServiceProtocol {
  let commands: Commands

  package func getReminderSettings(
    request: Bureau_V1_GetReminderSettingsRequest, context: ServerContext
  ) async throws -> Bureau_V1_ReminderSettings {
    let place = try ResourceName.parseReminderSettings(request.name, field: "name")
    let moment = try request.moment(now: commands.sources.now())
    return try await commands.read(
      context.method, by: context.caller, at: place, asOf: moment
    ) { tx in
      guard try TenancyTables.company(place, in: tx) != nil else {
        throw TenancyError.companyNotFound
      }
      return Bureau_V1_ReminderSettings(try ReminderTables.inForce(at: place, in: tx), at: place)
    }
  }

  package func setReminderSettings(
    request: Bureau_V1_SetReminderSettingsRequest, context: ServerContext
  ) async throws -> Bureau_V1_ReminderSettings {
    let wish = request.reminderSettings
    let place = try ResourceName.parseReminderSettings(wish.name, field: "reminder_settings.name")
    let call = try Call(
      context, context.caller, request, requestID: request.requestID,
      isDryRun: request.validateOnly)
    return try await commands.run(call, at: place, subject: place.company) { context in
      guard try TenancyTables.company(place, in: context.transaction) != nil else {
        throw TenancyError.companyNotFound
      }
      let now = try ReminderTables.inForce(at: place, in: context.transaction)
      return try now.replacing(with: ReminderSettings(wish), etag: wish.etag)
    } answer: { _, context in
      Bureau_V1_ReminderSettings(
        try ReminderTables.inForce(at: place, in: context.transaction), at: place)
    }
  }
}

extension ResourceName {
  /// `bureaus/{bureau}/companies/{company}/reminderSettings`
  static func parseReminderSettings(_ text: String, field: String) throws(NameError) -> Place {
    let ending = "/reminderSettings"
    guard text.hasSuffix(ending) else {
      throw .malformed(
        field: field, pattern: "bureaus/{bureau}/companies/{company}/reminderSettings")
    }
    return try parseCompany(String(text.dropLast(ending.count)), field: field)
  }
}

extension Bureau_V1_GetReminderSettingsRequest: AsOfRequest {}

extension AccessTable {
  static let reminders: [AccessRule] = [
    rule("ReminderService", "GetReminderSettings", .company(Set(Role.allCases))),
    // "Edit company settings" (S-03): not the accountant.
    rule(
      "ReminderService", "SetReminderSettings",
      .company([.customerAdministrator, .companyAdministrator]), leavesFact: true),
  ]
}
