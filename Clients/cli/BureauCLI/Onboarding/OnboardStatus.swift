internal import ArgumentParser
internal import BureauAPI
internal import SwiftProtobuf

struct OnboardStatus: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show where signers and consents stand, for each client.")

  @Flag(help: "Only what somebody has yet to do.") var waiting = false
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let state = try await client.bureauState().message
    let users = Dictionary(
      state.users.map { ($0.user.name, $0.user) }, uniquingKeysWith: { first, _ in first })
    var rows: [StatusRow] = []
    for company in state.companies.sorted(by: { $0.company.displayName < $1.company.displayName }) {
      rows += StatusRow.rows(of: company, users).filter { !waiting || $0.isWaiting }
    }
    switch client.output {
    case .json:
      struct Report: Encodable { let rows: [StatusRow] }
      client.surroundings.write(try Client.json(encoding: Report(rows: rows)))
    case .table:
      var table = Table([
        .left("CLIENT"), .left("WHAT"), .left("WHO"), .left("STATE"), .left("SINCE"),
        .left("UNTIL"),
      ])
      for row in rows {
        table.add([row.client, row.what, row.who, row.state, row.since, row.until])
      }
      client.surroundings.write(table.text)
    }
  }
}

/// One agreement, or one person's consent at one bank.
struct StatusRow: Encodable {
  let client: String
  let company: String
  let what: String
  let who: String
  var state: String
  var since = ""
  var until = ""
  let isWaiting: Bool

  private enum CodingKeys: String, CodingKey {
    case client, company, what, who, state, since, until
    case isWaiting = "waiting"
  }

  static func rows(
    of state: Bureau_V1_CompanyState, _ users: [String: Bureau_V1_User]
  ) -> [StatusRow] {
    let name = state.company.displayName
    var rows = state.agreements.map(\.agreement).map { agreement in
      StatusRow(
        client: name, company: state.company.name,
        what: "agreement \(agreement.bank) \(Show.account(agreement.account))",
        who: agreement.signer.displayName, state: Show.state(agreement.state),
        since: Show.time(
          agreement.hasSignTime ? agreement.signTime : agreement.createTime),
        isWaiting: agreement.state != .active && agreement.state != .terminated)
    }
    // Consents can be given where an agreement is active (C-01).
    let banks = Set(state.agreements.map(\.agreement).filter { $0.state == .active }.map(\.bank))
    let approvers = state.roleAssignments.filter { $0.role == .approver }.map(\.user)
    for bank in banks.sorted() {
      for approver in approvers {
        rows.append(consent(of: approver, at: bank, state, users))
      }
    }
    return rows
  }

  /// By what happened last: a consent, or a link that was sent for one.
  private static func consent(
    of user: String, at bank: String, _ state: Bureau_V1_CompanyState,
    _ users: [String: Bureau_V1_User]
  ) -> StatusRow {
    func time(_ time: Google_Protobuf_Timestamp) -> (Int64, Int32) {
      (time.seconds, time.nanos)
    }
    let consent = state.consents.filter { $0.user == user && $0.bank == bank }
      .max { time($0.createTime) < time($1.createTime) }
    let link = state.consentInvitations.filter { $0.user == user && $0.bank == bank }
      .max { time($0.createTime) < time($1.createTime) }
    var row = StatusRow(
      client: state.company.displayName, company: state.company.name, what: "consent \(bank)",
      who: users[user]?.displayName ?? Show.id(user),
      state: consent.map { Show.state($0.state) } ?? "NONE",
      since: consent.map { Show.time($0.createTime) } ?? "",
      until: consent.map { Show.time($0.expireTime) } ?? "", isWaiting: consent?.state != .active)
    // A link tells more than a consent that is over, or soon is.
    if let link, consent?.state != .active,
      consent.map({ time($0.createTime) < time(link.createTime) }) ?? true
    {
      row.state = consent?.state == .expiring ? "EXPIRING, " : ""
      row.state += "LINK \(Show.state(link.state))"
      row.since = Show.time(link.createTime)
      row.until = Show.time(link.expireTime)
    }
    return row
  }
}
