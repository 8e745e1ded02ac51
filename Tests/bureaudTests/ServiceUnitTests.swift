// deploy/bureaud.service, as systemd itself judges it.

import Foundation
import Testing

struct ServiceUnitTests {
  private static let unit = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../deploy/bureaud.service").standardizedFileURL
  private static let analyze = URL(filePath: "/usr/bin/systemd-analyze")
  private static var isThere: Bool {
    FileManager.default.isExecutableFile(atPath: analyze.path)
  }

  /// Runs `systemd-analyze` on the unit as it is where bureaud is installed.
  private func analyzed(_ arguments: String...) throws -> (status: Int32, words: String) {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "bureau-unit-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "bureaud.service"), out = folder.appending(path: "out")
    // A program that is there in the place of one that is not installed where this runs.
    let text = try String(contentsOf: Self.unit, encoding: .utf8)
      .replacing("ExecStart=/usr/bin/bureaud ", with: "ExecStart=/bin/true ")
    try Data(text.utf8).write(to: file)
    try Data().write(to: out)
    let process = Process()
    process.executableURL = Self.analyze
    process.arguments = arguments + [file.path]
    process.standardOutput = try FileHandle(forWritingTo: out)
    process.standardError = process.standardOutput
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return (process.terminationStatus, try String(contentsOf: out, encoding: .utf8))
  }

  @Test(.enabled(if: isThere, "systemd is not installed here"))
  func `systemd finds nothing wrong with the service's unit`() throws {
    let (status, words) = try analyzed("verify", "--man=no")
    #expect(status == 0, "\(words)")
    #expect(!words.contains("bureaud.service:"), "\(words)")
  }

  @Test(.enabled(if: isThere, "systemd is not installed here"))
  func `the service is shut in as far as systemd can`() throws {
    // The exposure level in tenths: 12 is a server with sockets and nothing else.
    let (status, words) = try analyzed("security", "--offline=true", "--threshold=15", "--no-pager")
    #expect(status == 0, "\(words.suffix(400))")
  }

  @Test func `the unit gives the server the time that it needs to drain`() throws {
    let lines = try String(contentsOf: Self.unit, encoding: .utf8).split(separator: "\n")
    func value(_ key: String) -> Int? {
      lines.first { $0.hasPrefix("\(key)=") }.flatMap { Int($0.dropFirst(key.count + 1)) }
    }
    #expect(lines.contains("KillSignal=SIGTERM"))
    #expect(try #require(value("TimeoutStopSec")) > 20)
    // Connections are files, and so are databases, banks' folders and libraries.
    #expect(try #require(value("LimitNOFILE")) > 2_000)
  }
}
