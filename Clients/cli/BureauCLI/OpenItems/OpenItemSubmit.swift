internal import ArgumentParser
internal import BureauAPI
internal import Foundation
internal import GRPCCore
internal import SwiftProtobuf
internal import Synchronization

struct OpenItemSubmit: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "submit",
    abstract: "Take in open records from a program, one JSON object a line: all, or nothing.",
    discussion: """
      Each line is a LedgerItem: {"kind":"CREDIT_NOTE","supplier":{"displayName":"Elbolaget AS"},\
      "number":"K55","amount":{"minorUnits":"15500","currencyCode":"NOK"}}. What is here already is not \
      taken twice.
      """)

  @Argument(help: "The file, or - for standard input.") var file: String
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let company = try await client.company()
    let items = try Self.items(try client.surroundings.read(file, 2 << 20), file)
    if options.dryRun { client.surroundings.note("dry run: nothing is changed") }
    let id = options.requestID ?? client.surroundings.newID(), isDryRun = options.dryRun
    let answer = try await Self.submitted(items, id, by: client) {
      $0.parent = company
      $0.requestID = id
      $0.validateOnly = isDryRun
    }
    try client.show(answer, of: file)
  }

  /// On one stream, again as a whole while the server is away: the id stays the same.
  private static func submitted(
    _ items: [Bureau_V1_LedgerItem], _ id: String, by client: Client,
    _ fill: @escaping @Sendable (inout Bureau_V1_SubmitOpenItemsRequest) -> Void
  ) async throws -> Bureau_V1_ImportOpenItemsResponse {
    var patience = client.patience
    while true {
      let found = Told()
      do {
        try await client.exchange(OpenItems.SubmitOpenItems.self) { write in
          try await write(.with(fill))
          for start in stride(from: 0, to: items.count, by: 100) {
            let part = Array(items[start..<min(start + 100, items.count)])
            try await write(.with { $0.items = part })
          }
        } receive: {
          found.take($0)
        }
        return found.value
      } catch let error as RPCError {
        guard let pause = patience.pause(after: error) else {
          var failure = CLIError(error)
          failure.requestID = id
          throw error.code == .unavailable ? client.away(failure) : failure
        }
        client.surroundings.note("the server is away or busy; trying again in \(pause.short)")
        try await client.surroundings.sleep(pause)
      }
    }
  }

  private static func items(_ content: Data, _ file: String) throws -> [Bureau_V1_LedgerItem] {
    var items: [Bureau_V1_LedgerItem] = []
    let lines = String(decoding: content, as: UTF8.self).split(
      omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (index, line) in lines.enumerated() where !line.allSatisfy(\.isWhitespace) {
      do { items.append(try Bureau_V1_LedgerItem(jsonString: String(line))) } catch {
        throw CLIError(
          .invalidInput, "OPEN_ITEM_JSON", "\(file):\(index + 1): no LedgerItem in JSON: \(error)")
      }
    }
    return items
  }

  private final class Told: Sendable {
    private let state = Mutex(Bureau_V1_ImportOpenItemsResponse())

    var value: Bureau_V1_ImportOpenItemsResponse { state.withLock { $0 } }
    func take(_ answer: Bureau_V1_ImportOpenItemsResponse) { state.withLock { $0 = answer } }
  }
}
