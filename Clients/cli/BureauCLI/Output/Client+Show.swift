internal import SwiftProtobuf

extension Client {
  /// Prints one thing: its fields for people, canonical protobuf JSON for programs.
  func show(_ message: some Message, _ details: @autoclosure () -> Details) throws(CLIError) {
    switch output {
    case .table: surroundings.write(details().text)
    case .json: surroundings.write(try Self.json(message) + "\n")
    }
  }

  /// Prints many: a table for people, an object with the array for programs.
  func show(
    _ messages: [some Message], as key: String, _ table: @autoclosure () -> Table
  ) throws(CLIError) {
    switch output {
    case .table: surroundings.write(table().text)
    case .json:
      var items: [String] = []
      for message in messages { items.append(try Self.json(message)) }
      surroundings.write("{\"\(key)\":[\(items.joined(separator: ","))]}\n")
    }
  }

  /// Canonical protobuf JSON.
  static func json(_ message: some Message) throws(CLIError) -> String {
    do {
      return try message.jsonString()
    } catch {
      throw CLIError(.internalError, "JSON_FAILED", "the answer can't be written as JSON")
    }
  }
}
