internal import Foundation
internal import SwiftProtobuf

/// The same done to many things: each succeeds or fails alone.
struct Bulk<Answer: Message> {
  /// What the items are called in JSON: `file`, `name`.
  let itemKey: String
  /// What the answers are called in JSON: `payment`.
  let answerKey: String
  private(set) var items: [(name: String, result: Result<Answer, CLIError>)] = []

  init(itemKey: String, answerKey: String) {
    self.itemKey = itemKey
    self.answerKey = answerKey
  }

  /// Works through the items. Once the server is away the rest is not tried.
  mutating func run(
    _ names: [String], _ action: (String) async throws -> Answer
  ) async throws {
    var isAway = false
    for name in names {
      guard !isAway else {
        let error = CLIError(
          .unavailable, "NOT_TRIED", "not tried, because the server was unavailable")
        items.append((name, .failure(error)))
        continue
      }
      do {
        items.append((name, .success(try await action(name))))
      } catch let error as CLIError {
        isAway = error.ending == .unavailable
        items.append((name, .failure(error)))
      }
    }
  }

  mutating func add(_ name: String, _ result: Result<Answer, CLIError>) {
    items.append((name, result))
  }

  var failures: [(name: String, error: CLIError)] {
    items.compactMap { item in
      if case .failure(let error) = item.result { (item.name, error) } else { nil }
    }
  }

  /// An array with `{item, answer}` or `{item, error}` for each.
  func json() throws -> String {
    var lines: [String] = []
    for item in items {
      let name = try Self.quoted(item.name)
      switch item.result {
      case .success(let answer):
        lines.append("{\"\(itemKey)\":\(name),\"\(answerKey)\":\(try Client.json(answer))}")
      case .failure(let error):
        lines.append("{\"\(itemKey)\":\(name),\"error\":\(try Self.quoted(error.fields))}")
      }
    }
    return "[" + lines.joined(separator: ",") + "]"
  }

  private static func quoted(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  /// Prints all, then ends with 1 where any failed.
  ///
  /// A single item that fails ends as that failure does, unless `alwaysAsBulk`.
  func finish(
    _ client: Client, alwaysAsBulk: Bool = false, columns: [Table.Column],
    row: (Answer) -> [String]
  ) throws {
    if !alwaysAsBulk, items.count == 1, let only = failures.first { throw only.error }
    switch client.output {
    case .json: client.surroundings.write(try json() + "\n")
    case .table:
      var table = Table([.left(itemKey.uppercased())] + columns)
      for item in items {
        switch item.result {
        case .success(let answer): table.add([item.name] + row(answer))
        case .failure(let error): table.add([item.name, error.reason])
        }
      }
      client.surroundings.write(table.text)
      for failure in failures {
        client.surroundings.note("\(failure.name.printable): \(failure.error.text)")
      }
    }
    if !failures.isEmpty { throw Ending.someFailed }
  }
}

extension Client {
  /// The request id of one item of several: the given one is for all of them together, and a
  /// repeat must find each of them again.
  func itemRequestID(_ options: WriteOptions, item: String, of count: Int) -> String {
    guard let given = options.requestID else { return surroundings.newID() }
    return count == 1 ? given : RequestID.derived("bureau cli item", given, item)
  }
}
