package import ArgumentParser
package import BureauAPI
internal import Domain
internal import Foundation
internal import Onboarding
internal import SwiftProtobuf

package typealias Reminders = Bureau_V1_ReminderService.Method
extension Bureau_V1_ReminderService.Method.GetReminderSettings: RPC {}
extension Bureau_V1_ReminderService.Method.SetReminderSettings: RPC {}
extension Bureau_V1_SetReminderSettingsRequest: WriteRequest {}
extension Bureau_V1_GetReminderSettingsRequest: AsOfRequest {}

package struct ReminderCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "reminder", abstract: "How a company reminds those who owe it.",
    discussion: """
      Settings only: no reminder is sent yet. docs/reminders.md describes the file.
      """,
    subcommands: [ReminderShow.self, ReminderSet.self])
  package init() {}
}

struct ReminderShow: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show the company's settings, as a file that can be set.")

  @OptionGroup var past: AsOfOption
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let company = try await client.company()
    let settings = try await client.read(Reminders.GetReminderSettings.self) {
      $0.name = "\(company)/reminderSettings"
      past.fill(&$0)
    }
    if client.output == .json { return try client.show(settings, Details()) }
    guard settings.hasSetTime else {
      client.surroundings.note("the company has set none")
      return
    }
    client.surroundings.write(ReminderFile.text(of: try ReminderSettings(settings)))
    client.surroundings.note(
      "set \(Show.time(settings.setTime)); no reminder is sent yet")
  }
}

struct ReminderSet: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "set", abstract: "Set how the company reminds; nothing is sent yet.")

  @Argument(help: "The file, or - for standard input.") var file: String
  @Option(help: "Refuse if the settings have changed since this etag was read.") var etag: String?
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let company = try await client.company()
    let settings = try Self.load(file, client.surroundings)
    let answer = try await client.write(Reminders.SetReminderSettings.self, options) {
      $0.reminderSettings = Bureau_V1_ReminderSettings(settings)
      $0.reminderSettings.name = "\(company)/reminderSettings"
      $0.reminderSettings.etag = etag ?? ""
    }
    var details = Details()
    details.add("name", answer.name)
    details.add("set", Show.time(answer.setTime))
    details.add("etag", answer.etag)
    try client.show(answer, details)
  }

  /// Settings from a file, or all that is wrong with them.
  private static func load(_ path: String, _ surroundings: Surroundings) throws(CLIError)
    -> ReminderSettings
  {
    let bytes = [UInt8](try surroundings.read(path, ReminderFile.limit))
    do throws(FileRefused) { return try ReminderFile.read(bytes) } catch {
      for finding in error.findings { surroundings.note(ShownFinding(finding, in: path).text) }
      let count = error.findings.count
      throw CLIError(
        .invalidInput, "REMINDER_FILE_INVALID",
        "\(path): the settings have " + (count == 1 ? "a fault" : "\(count) faults"))
    }
  }
}
