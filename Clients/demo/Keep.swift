import Foundation

/// The folders of a run: the server's own, which stays, and one for the run alone.
struct Keep: Sendable {
  /// Everything that stays: the server works in it, so that nothing in it is a copy.
  let folder: URL
  /// The clients' contexts and sessions, and the log while the server writes it; taken away.
  let scratch: URL

  static let emptied = ".demo"

  init(_ path: String) throws {
    folder = URL(filePath: path, directoryHint: .isDirectory)
    scratch = FileManager.default.temporaryDirectory
      .appending(path: "bureau-demo-\(UUID().uuidString)", directoryHint: .isDirectory)
    let files = FileManager.default
    if files.fileExists(atPath: folder.path) {
      let isEmpty = (try? files.contentsOfDirectory(atPath: folder.path))?.isEmpty ?? false
      guard isEmpty || folder.lastPathComponent == Self.emptied else {
        throw DemoError("\(path) is not empty: name another folder with --into, or empty it")
      }
      try files.removeItem(at: folder)
    }
    for url in [folder, scratch] {
      try files.createDirectory(
        at: url, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }
  }

  var log: URL { scratch.appending(path: "bureaud.log") }
  var summary: URL { folder.appending(path: "summary.json") }
  var executed: URL { folder.appending(path: "bank/executed.jsonl") }

  /// The server's last lines, where there are any.
  func endOfLog() -> String? {
    let kept = folder.appending(path: log.lastPathComponent)
    guard let text = try? String(contentsOf: kept, encoding: .utf8), !text.isEmpty else {
      return nil
    }
    return text.split(separator: "\n").suffix(20).map { "  \($0)" }.joined(separator: "\n")
  }

  /// Keeps the log, and takes the rest of the scratch folder away.
  func finish() {
    let files = FileManager.default
    try? files.moveItem(at: log, to: folder.appending(path: log.lastPathComponent))
    try? files.removeItem(at: scratch)
  }
}
