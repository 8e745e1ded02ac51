import Foundation
import Testing

/// Compares a text with its file in `Golden/`; `UPDATE_GOLDEN=1` rewrites the file instead.
func expectGolden(
  _ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let file = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Golden/\(name)")
  if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
    try Data(text.utf8).write(to: file)
  }
  let golden = try? String(contentsOf: file, encoding: .utf8)
  #expect(
    golden == text, "Golden/\(name) differs; UPDATE_GOLDEN=1 rewrites it",
    sourceLocation: sourceLocation)
}

/// A table of states and events: a line for each allowed step, then the states that end.
func lifeCycle<State: Hashable, Event: Hashable>(
  _ table: [State: [Event: State]], states: [State], events: [Event]
) -> String {
  let width = states.map { "\($0)".count }.max() ?? 0
  let middle = events.map { "\($0)".count }.max() ?? 0
  func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
  var lines: [String] = []
  for state in states {
    let steps = events.compactMap { event in
      table[state]?[event].map { (event, $0) }
    }
    if steps.isEmpty { lines.append("\(padded("\(state)", width))  (end)") }
    for (event, next) in steps {
      lines.append(
        "\(padded("\(state)", width))  --\(padded("\(event)", middle))--> \(next)")
    }
    lines.append("")
  }
  return lines.joined(separator: "\n")
}
