import Foundation

/// The schemas of ISO 20022, which are not part of the project; tests that want them are skipped
/// where they are not at hand.
enum Schemas {
  private static let folder: URL = {
    if let path = ProcessInfo.processInfo.environment["BUREAU_SAMPLES"] {
      return URL(filePath: path).appending(path: "xsd")
    }
    var package = URL(filePath: #filePath)
    for _ in 0..<4 { package.deleteLastPathComponent() }
    return package.deletingLastPathComponent().appending(path: "shared/samples/xsd")
  }()

  private static let xmllint = "/usr/bin/xmllint"

  static let canValidate =
    FileManager.default.fileExists(atPath: folder.path)
    && FileManager.default.isExecutableFile(atPath: xmllint)

  /// Whether this schema is there too; others than ISO 20022's need not be.
  static func has(_ schema: String) -> Bool {
    canValidate
      && FileManager.default.fileExists(atPath: folder.appending(path: "\(schema).xsd").path)
  }

  /// What xmllint says against a schema, empty if the document is valid.
  static func faults(_ document: [UInt8], schema: String) throws -> String {
    let file = FileManager.default.temporaryDirectory
      .appending(path: "bureau-\(UUID().uuidString).xml")
    try Data(document).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let process = Process()
    process.executableURL = URL(filePath: xmllint)
    process.arguments = [
      "--noout", "--nonet", "--schema", folder.appending(path: "\(schema).xsd").path, file.path,
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
