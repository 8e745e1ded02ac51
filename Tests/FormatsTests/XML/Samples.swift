import Foundation

/// Bank files and schemas from outside the project; tests that want them are skipped where they are
/// not at hand.
enum Samples {
  private static let root: URL = {
    if let path = ProcessInfo.processInfo.environment["BUREAU_SAMPLES"] {
      return URL(fileURLWithPath: path)
    }
    var package = URL(fileURLWithPath: #filePath)
    for _ in 0..<4 { package.deleteLastPathComponent() }
    return package.deletingLastPathComponent().appendingPathComponent("shared/samples")
  }()

  static let present = FileManager.default.fileExists(
    atPath: root.appendingPathComponent("pain.001").path)

  static func bytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: root.appendingPathComponent(path)))
  }

  private static let xmllint = "/usr/bin/xmllint"

  static let canValidate =
    present && FileManager.default.isExecutableFile(atPath: xmllint)

  /// What xmllint says against a schema, empty if the document is valid.
  static func schemaFaults(_ document: [UInt8], schema: String) throws -> String {
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("bureau-\(UUID().uuidString).xml")
    try Data(document).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: xmllint)
    process.arguments = [
      "--noout", "--nonet", "--schema", root.appendingPathComponent("xsd/\(schema).xsd").path,
      file.path,
    ]
    let pipe = Pipe()
    process.standardError = pipe
    process.standardOutput = pipe
    try process.run()
    let said = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return process.terminationStatus == 0 ? "" : String(decoding: said, as: UTF8.self)
  }
}
