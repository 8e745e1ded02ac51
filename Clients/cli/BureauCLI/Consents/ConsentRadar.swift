internal import ArgumentParser
internal import BureauAPI

struct ConsentRadarCommand: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "radar",
    abstract: "Show which due payments will lack somebody who may sign them, and when.",
    discussion: "Of all companies of the bureau, or of the one that --company names.")

  @Option(help: "Payments due up to so many days ahead.") var days: Int = 30
  @OptionGroup var list: ListOptions
  @OptionGroup var globals: GlobalOptions

  func validate() throws {
    guard 1...366 ~= days else { throw ValidationError("--days must be between 1 and 366.") }
  }

  func run(with client: Client) async throws {
    let parent =
      globals.company == nil ? try client.bureau() : try await client.company()
    let gaps = try await client.list(
      Consents.ListConsentGaps.self, of: parent, limit: list.limit, \.consentGaps
    ) { $0.horizonDays = Int32(days) }
    try client.show(gaps, as: "consent_gaps", .gaps(gaps))
  }
}

extension Table {
  static func gaps(_ gaps: [Bureau_V1_ConsentGap]) -> Table {
    var table = Table([
      .left("COMPANY"), .left("BANK"), .left("CAUSE"), .left("SINCE"), .left("FIRST DUE"),
      .right("PAYMENTS"), .left("MEND"),
    ])
    for gap in gaps {
      table.add([
        gap.companyDisplayName, gap.bank, Show.state(gap.cause), Show.time(gap.gapTime),
        gap.firstDueDate, "\(gap.paymentCount)", mend(gap),
      ])
    }
    return table
  }

  private static func mend(_ gap: Bureau_V1_ConsentGap) -> String {
    switch gap.cause {
    case .consentEnds:
      "bureau consent invite \(gap.users.first.map(Show.id) ?? "USER") --bank \(gap.bank)"
    case .noConsent: "bureau consent invite USER --bank \(gap.bank)"
    case .noApprover: "bureau role assign --user USER --role approver"
    case .noAgreement: "bureau agreement create"
    case .agreementNotActive: "bureau agreement list"
    case .unspecified, .UNRECOGNIZED: ""
    }
  }
}
