package import BureauAPI
package import Domain
import Engine
package import GRPCCore
package import Primitives
import Storage
import SwiftProtobuf

package struct BoardService: Bureau_V1_BoardService.SimpleServiceProtocol {
  let commands: Commands

  /// A board is looked at whole: its pages are larger than those of lists.
  private static let pageLimit = 1_000

  package func listBoard(
    request: Bureau_V1_ListBoardRequest, context: ServerContext
  ) async throws -> Bureau_V1_ListBoardResponse {
    let bureau = try ResourceName.parseBureau(request.parent, field: "parent")
    // Checked as every page is; the size has bounds of its own.
    let after = try Page<Company>(size: request.pageSize, token: request.pageToken).after
    let size =
      request.pageSize == 0 ? Self.pageLimit : min(Int(request.pageSize), Self.pageLimit)
    try request.requireNow()
    let caller = try context.caller, time = commands.sources.now()
    let found = try await commands.read(context.method, by: caller, at: Place(bureau: bureau)) {
      try BoardTables.page(
        of: bureau, visibleTo: caller.user, among: caller.scope.companies, after: after,
        limit: size + 1, at: time, in: $0)
    }
    let rows = found.prefix(size).map { BoardRow($0, for: caller.user, at: time) }
    return .with {
      $0.rows = rows.filter { !request.exceptionsOnly || !$0.exceptions.isEmpty }
        .map { Bureau_V1_BoardRow($0, of: bureau) }
      if found.count > size, let last = rows.last { $0.nextPageToken = last.facts.company.hex }
      $0.readTime = time.timestamp
    }
  }
}

extension Bureau_V1_BoardRow {
  package init(_ row: BoardRow, of bureau: ID<Bureau>) {
    self.init()
    company = ResourceName.company(Place(bureau: bureau, company: row.facts.company))
    displayName = row.facts.displayName
    organisationNumber = row.facts.organisationNumber
    agreementMark = Mark(row.agreementMark)
    consentMark = Mark(row.consentMark)
    ownConsentMark = row.ownConsentMark.map { Mark($0) } ?? .unspecified
    queues = Self.queues(row.facts.queues)
    salaryQueues = Self.queues(row.facts.salaryQueues)
    nextDueDate = row.facts.nextDueDate?.iso ?? ""
    exceptions = row.exceptions.map { exception in
      .with {
        $0.cause = .init(rawValue: exception.cause.rawValue) ?? .unspecified
        $0.mark = Mark(exception.mark)
        $0.message = exception.message
        $0.owner = exception.owner
        $0.date = exception.date?.iso ?? ""
        $0.command = exception.command
      }
    }
  }
}

extension Bureau_V1_BoardRow {
  private static func queues(_ counts: [PaymentState: Int]) -> [Queue] {
    PaymentState.allCases.compactMap { state in
      counts[state].map { count in
        .with {
          $0.state = state.boardName
          $0.count = Int64(count)
        }
      }
    }
  }
}

extension Bureau_V1_BoardRow.Mark {
  fileprivate init(_ mark: BoardMark) {
    switch mark {
    case .green: self = .green
    case .yellow: self = .yellow
    case .red: self = .red
    }
  }
}

extension PaymentState {
  /// As `Payment.State` of the API spells it.
  fileprivate var boardName: String { Self.boardNames[self] ?? "" }

  private static let boardNames = Dictionary(
    uniqueKeysWithValues: allCases.map { state in
      let name = state.rawValue.reduce(into: "") { text, character in
        if character.isUppercase { text.append("_") }
        text.append(contentsOf: character.uppercased())
      }
      return (state, name)
    })
}

extension Bureau_V1_ListBoardRequest: AsOfRequest {}
