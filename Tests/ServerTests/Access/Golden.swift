import Foundation
import Testing

/// Texts that a reviewer sees change: files in `Golden/`, rewritten by `UPDATE_GOLDEN=1`.
enum Golden {
  static func compare(
    _ text: String, with name: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Golden")
    let file = folder.appending(path: name)
    if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
    let golden = try? String(contentsOf: file, encoding: .utf8)
    #expect(
      golden == text, "Golden/\(name) differs; UPDATE_GOLDEN=1 rewrites it",
      sourceLocation: sourceLocation)
  }
}
