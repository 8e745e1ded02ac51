internal import ArgumentParser
internal import BureauAPI

struct TransferTimingCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "timing", abstract: "When the company's signed payments leave for the bank.",
    subcommands: [TransferTimingShow.self, TransferTimingSet.self],
    defaultSubcommand: TransferTimingShow.self)
}

enum TimingName: String, CaseIterable, ExpressibleByArgument {
  case immediate
  case threeDaysBefore = "three-days-before"
  case twoDaysBefore = "two-days-before"
  case oneDayBefore = "one-day-before"
  case onDueDate = "on-due-date"

  var message: Bureau_V1_TransferSettings.Timing {
    switch self {
    case .immediate: .immediate
    case .threeDaysBefore: .threeDaysBefore
    case .twoDaysBefore: .twoDaysBefore
    case .oneDayBefore: .oneDayBefore
    case .onDueDate: .onDueDate
    }
  }
}

struct TransferTimingShow: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show when signed payments leave.")

  @OptionGroup var past: AsOfOption
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let company = try await client.company()
    let settings = try await client.read(Transfers.GetTransferSettings.self) {
      $0.name = "\(company)/transferSettings"
      past.fill(&$0)
    }
    try client.show(settings, .transferSettings(settings))
  }
}

struct TransferTimingSet: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "set", abstract: "Choose when payments leave that are signed from now on.",
    discussion: """
      immediate: about a minute after they are signed. The others: in the morning, so many days \
      before the day on which the bank shall pay. What is signed already leaves as it was signed for.
      """)

  @Argument(help: "When they leave.") var timing: TimingName
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let company = try await client.company()
    let settings = try await client.write(Transfers.UpdateTransferSettings.self, options) {
      $0.transferSettings.name = "\(company)/transferSettings"
      $0.transferSettings.timing = timing.message
    }
    try client.show(settings, .transferSettings(settings))
  }
}

extension Details {
  static func transferSettings(_ settings: Bureau_V1_TransferSettings) -> Details {
    var details = Details()
    details.add("payments leave", Show.state(settings.timing))
    return details
  }
}
