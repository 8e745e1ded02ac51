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
