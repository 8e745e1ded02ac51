// docs/operating.md lists settings and metrics as the program has them.

import Foundation
import Server
import Testing
import bureaud

/// One after the other: both may write the same file.
@Suite(.serialized) struct OperatingDocumentTests {
  private static let file = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../docs/operating.md").standardizedFileURL

  private static var settings: [String] {
    ["| Key | Default | Meaning | What it may be |", "|---|---|---|---|"]
      + Setting.all.map {
        "| `\($0.key)` | \($0.standard.map { "`\($0)`" } ?? "–") | \($0.meaning) | \($0.expected) |"
      }
  }

  private static var metrics: [String] {
    ["| Metric | Kind | Labels | Meaning |", "|---|---|---|---|"]
      + Metric.all.map { metric in
        let kind =
          switch metric.kind {
          case .counter: "counter"
          case .gauge: "gauge"
          case .histogram: "histogram"
          }
        let labels = metric.labels.map { "`\($0)`" }.joined(separator: ", ")
        return "| `\(metric.name)` | \(kind) | \(labels) | \(metric.help) |"
      }
  }

  @Test(arguments: [("settings", settings), ("metrics", metrics)])
  func `the operator's reference is the program's own`(name: String, lines: [String]) throws {
    let text = try String(contentsOf: Self.file, encoding: .utf8)
    let begin = "<!-- \(name) -->\n", end = "<!-- /\(name) -->"
    let start = try #require(text.range(of: begin)), stop = try #require(text.range(of: end))
    let expected = lines.joined(separator: "\n") + "\n"
    if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
      let updated = text[..<start.upperBound] + expected + text[stop.lowerBound...]
      try Data(updated.utf8).write(to: Self.file)
    } else {
      #expect(
        String(text[start.upperBound..<stop.lowerBound]) == expected, "UPDATE_GOLDEN=1 rewrites it")
    }
  }
}
