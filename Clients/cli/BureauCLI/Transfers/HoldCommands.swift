internal import ArgumentParser
internal import BureauAPI

struct HoldCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hold",
    abstract: "Transfers that are held since the bank knows more than the database.",
    discussion: """
      After an older copy of the database was put back, nothing is sent until somebody has \
      compared with the online bank what `hold get` lists, and releases it.
      """,
    subcommands: [HoldList.self, HoldGet.self, HoldRelease.self, HoldDismiss.self])
}

/// Whose hold is meant.
struct HoldOptions: ParsableArguments {
  @Flag(help: "The hold of the whole bureau instead of one company's.")
  var bureauWide = false

  func name(_ client: Client) async throws -> String {
    guard bureauWide else { return "\(try await client.company())/transferHold" }
    let bureau = try client.bureau()
    return "\(bureau)/companies/\(bureau.dropFirst("bureaus/".count))/transferHold"
  }
}

struct HoldList: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Show all holds of the bureau that are in force.")

  @OptionGroup var list: ListOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let holds = try await client.list(
      Transfers.ListTransferHolds.self, of: try client.bureau(), limit: list.limit,
      \.transferHolds)
    try client.show(holds, as: "transfer_holds", .holds(holds))
  }
}

struct HoldGet: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "get",
    abstract: "Show why transfers are held, and what the bank was sent that is not known here.")

  @OptionGroup var hold: HoldOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let name = try await hold.name(client)
    let hold = try await client.read(Transfers.GetTransferHold.self) { $0.name = name }
    try client.show(hold, .hold(hold))
  }
}

struct HoldRelease: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "release",
    abstract: "Let transfers go again: what `hold get` lists was compared with the online bank.")

  @Option(help: "The digest that `hold get` shows: that this very list was looked at.")
  var digest: String
  @Option(help: "What was found out, and why it is safe to go on; kept for good.")
  var reason: String
  @OptionGroup var hold: HoldOptions
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let name = try await hold.name(client)
    let hold = try await client.write(Transfers.ReleaseTransferHold.self, options) {
      $0.name = name
      $0.digest = digest
      $0.reason = reason
    }
    try client.show(hold, .hold(hold))
  }
}

struct HoldDismiss: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "dismiss",
    abstract: "Say that an unknown payment is not the one that shall be paid now.")

  @Argument(help: "Its end-to-end id, as `hold get` shows it.") var endToEndID: String
  @Option(help: "Why an equal payment is right; kept for good.") var reason: String
  @OptionGroup var hold: HoldOptions
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let name = try await hold.name(client)
    let hold = try await client.write(Transfers.DismissUnknownPayment.self, options) {
      $0.name = name
      $0.endToEndID = endToEndID
      $0.reason = reason
    }
    try client.show(hold, .hold(hold))
  }
}

extension Table {
  static func holds(_ holds: [Bureau_V1_TransferHold]) -> Table {
    var table = Table([
      .left("COMPANY"), .left("SINCE"), .right("EVIDENCE"), .right("UNKNOWN PAYMENTS"),
    ])
    for hold in holds {
      let parts = hold.name.split(separator: "/")
      let isBureau = parts.count == 5 && parts[1] == parts[3]
      table.add([
        isBureau ? "the whole bureau" : parts.count == 5 ? String(parts[3]) : hold.name,
        Show.time(hold.holdTime), String(hold.evidence.count),
        String(hold.unknownPayments.count),
      ])
    }
    return table
  }
}

extension Details {
  static func hold(_ hold: Bureau_V1_TransferHold) -> Details {
    var details = Details()
    details.add("name", hold.name)
    details.add("held", hold.held ? (hold.bureauWide ? "the whole bureau" : "yes") : "no")
    details.add("since", Show.time(hold.holdTime))
    for evidence in hold.evidence { details.add("evidence", evidence) }
    for payment in hold.unknownPayments {
      let parts = [
        payment.endToEndID, Show.state(payment.finding).lowercased(), payment.bank, payment.date,
        Show.money(payment.amount), payment.creditorName, Show.account(payment.creditorAccount),
        payment.reference,
      ]
      details.add("unknown payment", parts.filter { !$0.isEmpty }.joined(separator: ", "))
    }
    details.add("digest", hold.digest)
    return details
  }
}
