package import ArgumentParser
package import BureauAPI
internal import SwiftProtobuf

package typealias Boards = Bureau_V1_BoardService.Method
extension Bureau_V1_BoardService.Method.ListBoard: RPC {}

package struct BoardCommand: ServerCommand {
  package static let configuration = CommandConfiguration(
    commandName: "board",
    abstract: "Show all companies: marks, queues, deadlines, exceptions first.",
    discussion: """
      Each exception has its cause, who has to do something, a date and the command that mends it.
      G, Y and R are the marks green, yellow and red; under OWN stand your own consents.
      """)

  @Flag(help: "Only companies with an exception.") var exceptions = false
  @OptionGroup package var globals: GlobalOptions

  package init() {}

  package func run(with client: Client) async throws {
    let bureau = try client.bureau(), onlyExceptions = exceptions
    let chosen = client.companyOptions.isEmpty ? nil : try await client.company()
    var rows: [Bureau_V1_BoardRow] = []
    var token = ""
    repeat {
      let page = token
      let answer = try await client.read(Boards.ListBoard.self) {
        $0.parent = bureau
        $0.pageToken = page
        $0.exceptionsOnly = onlyExceptions
      }
      rows += answer.rows
      guard answer.nextPageToken != token || token.isEmpty else {
        throw CLIError(.internalError, "PAGE_REPEATED", "the server gave the same page twice")
      }
      token = answer.nextPageToken
    } while !token.isEmpty
    if let chosen { rows = rows.filter { $0.company == chosen } }
    // Worst first; the rest by name.
    rows.sort {
      ($0.urgency.mark, $0.urgency.cause, $0.displayName)
        < ($1.urgency.mark, $1.urgency.cause, $1.displayName)
    }
    try client.show(rows, as: "rows", .board(rows))
    guard client.output == .table else { return }
    let open = rows.filter { !$0.exceptions.isEmpty }
    if !open.isEmpty { client.surroundings.write("\n" + Table.exceptions(open).text) }
    client.surroundings.note("\(rows.count) companies, \(open.count) with exceptions")
  }
}

extension Bureau_V1_BoardRow {
  /// The rank of the worst exception, which the server puts first; past all where there is none.
  fileprivate var urgency: (mark: Int, cause: Int) {
    exceptions.first.map { (-$0.mark.rawValue, $0.cause.rawValue) } ?? (Int.max, Int.max)
  }
}

extension Table {
  fileprivate static func board(_ rows: [Bureau_V1_BoardRow]) -> Table {
    var table = Table([
      .left("COMPANY"), .left("NUMBER"), .left("AGREEMENT"), .left("CONSENT"), .left("OWN"),
      .left("QUEUES"), .left("NEXT DUE"), .right("EXCEPTIONS"),
    ])
    for row in rows {
      let queues =
        row.queues.map { "\($0.count) \(name($0.state))" }
        + row.salaryQueues.map { "\($0.count) salaries \(name($0.state))" }
      table.add([
        row.displayName, row.organisationNumber, letter(row.agreementMark),
        letter(row.consentMark), letter(row.ownConsentMark), queues.joined(separator: ", "),
        row.nextDueDate, row.exceptions.isEmpty ? "" : String(row.exceptions.count),
      ])
    }
    return table
  }

  /// `PROPOSAL_COMPLETE` → `proposal-complete`.
  private static func name(_ state: String) -> String {
    state.lowercased().replacing("_", with: "-")
  }

  fileprivate static func exceptions(_ rows: [Bureau_V1_BoardRow]) -> Table {
    var table = Table([
      .left("COMPANY"), .left("MARK"), .left("CAUSE"), .left("OWNER"), .left("DATE"),
      .left("TO MEND IT"),
    ])
    for row in rows {
      for exception in row.exceptions {
        table.add([
          row.displayName, Show.state(exception.mark), exception.message, exception.owner,
          exception.date, "\(exception.command) --company \(row.organisationNumber)",
        ])
      }
    }
    return table
  }

  /// `G`, `Y`, `R`: readable without colour.
  private static func letter(_ mark: Bureau_V1_BoardRow.Mark) -> String {
    String(Show.state(mark).prefix(1))
  }
}
