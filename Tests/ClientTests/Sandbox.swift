// The sandbox as its users meet it: the daemon as a process of its own, driven by the command line.

import Dispatch
import Foundation
import Synchronization
import Testing

/// Why a program of ours did not do what a test needs of it.
struct ProgramFailure: Error, CustomStringConvertible {
  let description: String
}

/// What a program said, and how it ended.
struct ProgramAnswer {
  let status: Int32
  let output: String
  let notes: String
}

enum Program {
  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../..").standardizedFileURL

  /// The folder of this build's programs.
  static let products = Bundle.main.executableURL?.resolvingSymlinksInPath()
    .deletingLastPathComponent()

  static func product(_ name: String) -> URL? {
    // The test process may be a helper of the toolchain: then the build folder is asked.
    let folders = [products, root.appending(path: ".build/debug")].compactMap(\.self)
    return folders.map { $0.appending(path: name) }
      .first { FileManager.default.isExecutableFile(atPath: $0.path) }
  }

  /// A program of the system, by the search path.
  static func installed(_ name: String) -> URL? {
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
      .map { URL(filePath: String($0)).appending(path: name) }
      .first { FileManager.default.isExecutableFile(atPath: $0.path) }
  }

  /// Runs a program to its end, without a shell. Its output goes through files, so that no pipe
  /// can fill up.
  static func run(
    _ program: URL?, _ arguments: [String], input: String = "", in folder: URL,
    environment: [String: String] = [:]
  ) throws -> ProgramAnswer {
    let process = Process()
    let executable: URL = try #require(program)
    process.executableURL = executable
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let stem = folder.appending(path: UUID().uuidString)
    let files = ["in", "out", "err"].map { stem.appendingPathExtension($0) }
    try Data(input.utf8).write(to: files[0])
    for file in files.dropFirst() { try Data().write(to: file) }
    process.standardInput = try FileHandle(forReadingFrom: files[0])
    process.standardOutput = try FileHandle(forWritingTo: files[1])
    process.standardError = try FileHandle(forWritingTo: files[2])
    try process.run()
    process.waitUntilExit()
    return ProgramAnswer(
      status: process.terminationStatus, output: try String(contentsOf: files[1], encoding: .utf8),
      notes: try String(contentsOf: files[2], encoding: .utf8))
  }
}

/// What a program says on standard error: tells when a word has come, and is read to the end, so
/// that the program never has to wait for its reader.
final class Told: Sendable {
  private let log = Mutex("")
  private let word: String
  private let heard = DispatchSemaphore(value: 0)

  init(awaiting word: String) { self.word = word }

  var text: String { log.withLock { $0 } }

  @Sendable func take(_ handle: FileHandle) {
    let data = handle.availableData
    if data.isEmpty { handle.readabilityHandler = nil }
    let hasCome = log.withLock { text in
      if text.utf8.count < 100_000 { text += String(decoding: data, as: UTF8.self) }
      return text.contains(word)
    }
    if hasCome || data.isEmpty { heard.signal() }
  }

  /// Until the word has come or the program has ended, but no longer than `seconds`.
  func wait(seconds: Int) { _ = heard.wait(timeout: .now() + .seconds(seconds)) }
}

/// A running `bureaud sandbox` with a bureau, a company and a service user's token.
struct Sandbox: Sendable {
  let folder: URL
  let server: String
  let authority: String
  private let daemon: SandboxDaemon
  private let url: String
  private let bootstrapToken: String

  /// Starts it, and stops it when `body` ends.
  /// - Parameter settings: What is set besides, from its folder: `key=value`.
  static func run(
    _ settings: (URL) throws -> [String] = { _ in [] }, _ body: (Sandbox) throws -> Void
  ) throws {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "bureau-client-\(UUID().uuidString)")
    try FileManager.default.createDirectory(
      at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    defer { try? FileManager.default.removeItem(at: folder) }
    let sandbox = try Sandbox(
      folder, home: folder.appending(path: "home"), settings: try settings(folder))
    defer { sandbox.stop() }
    try body(sandbox)
  }

  /// A run over the files of another, without anybody who calls.
  static func startAndStop(_ home: URL) throws {
    try Sandbox(home.deletingLastPathComponent(), home: home).stop()
  }

  private init(_ folder: URL, home: URL, settings: [String] = []) throws {
    self.folder = folder
    daemon = SandboxDaemon(home: home, settings: settings)
    let sheet = try daemon.start()
    server = sheet.server
    authority = sheet.ca
    url = sheet.sandbox_url
    bootstrapToken = sheet.bootstrap_token_file
  }

  /// Ends the server as an operator does, by SIGTERM; returns its exit status and what it logged.
  @discardableResult
  func stop() -> (status: Int32, log: String) { daemon.stop() }

  /// Starts the server again where its clients look for it.
  func startAgain() throws {
    let sheet = try daemon.start(port: server.split(separator: ":").last.map(String.init) ?? "0")
    #expect(sheet.server == server)
  }

  /// Runs `bureau ARGUMENTS`. Throws for what is refused.
  @discardableResult
  func bureau(
    _ arguments: [String], input: String = "", environment: [String: String] = [:]
  ) throws -> String {
    let configuration = ["BUREAU_CONFIG": folder.appending(path: "config").path]
    let answer = try Program.run(
      Program.product("bureau"), arguments, input: input, in: folder,
      environment: configuration.merging(environment) { $1 })
    guard answer.status == 0 else {
      throw ProgramFailure(
        description: "bureau \(arguments.prefix(2)): \(answer.status) \(answer.notes.suffix(500))")
    }
    return answer.output
  }

  /// The national ids of the sandbox's people with a Norwegian BankID.
  func norwegians() throws -> [String] {
    struct Sheet: Decodable {
      struct Person: Decodable { var national_id: String }
      var norwegian_persons: [Person]
    }
    let sheet = try Data(contentsOf: folder.appending(path: "home/sandbox.json"))
    return try JSONDecoder().decode(Sheet.self, from: sheet).norwegian_persons.map(\.national_id)
  }

  /// The name of what a command made.
  func made(_ arguments: [String], input: String = "") throws -> String {
    struct Named: Decodable { var name: String }
    let output = try bureau(arguments + ["-o", "json"], input: input)
    return try JSONDecoder().decode(Named.self, from: Data(output.utf8)).name
  }

  /// A bureau with its administrator logged in, a company, and a service user with a token in
  /// a file.
  func found() throws -> (company: String, tokenFile: URL) {
    let astrid = "198504129803"
    try bureau(
      ["context", "add", "test", "--server", server, "--ca", authority, "--sandbox", url])
    try bureau(
      [
        "init", "--name", "Fjord Regnskap AS", "--organisation-number", "974760673",
        "--country", "NO", "--administrator-name", "Astrid Lindqvist",
        "--administrator-email", "astrid@example.com", "--administrator-national-id-file", "-",
        "--bootstrap-token-file", bootstrapToken, "--customer-number", "100200",
      ], input: astrid)
    try bureau(["login", "--sandbox-person", astrid])
    try bureau(["licence", "accept", "--terms", "2026-01"])
    let company = try made([
      "company", "create", "--name", "Nordlys Verksted AS", "--organisation-number", "923609016",
      "--country", "NO", "--street", "Verftsgata 4", "--postal-code", "8004", "--town", "Bodø",
    ])
    let user = try made(["user", "create", "--name", "Accounting system", "--kind", "service"])
    try bureau(["role", "assign", "--user", user, "--role", "service-user", "--company", company])
    let token = folder.appending(path: "token")
    try bureau([
      "token", "create", "--user", user, "--lifetime", "1d", "--secret-file", token.path,
    ])
    return (company, token)
  }
}

/// `bureaud sandbox` as a process of its own, started and stopped as often as a test wants.
private final class SandboxDaemon: Sendable {
  struct Sheet: Decodable {
    var server: String
    var sandbox_url: String
    var ca: String
    var bootstrap_token_file: String
  }

  private struct Running {
    var process: Process
    var told: Told
  }

  private let home: URL
  private let settings: [String]
  private let running = Mutex<Running?>(nil)

  init(home: URL, settings: [String]) {
    self.home = home
    self.settings = settings
  }

  func start(port: String = "0") throws -> Sheet {
    let process = Process(), log = Pipe(), told = Told(awaiting: "sandbox is ready")
    let executable: URL = try #require(Program.product("bureaud"))
    process.executableURL = executable
    process.arguments = [
      "sandbox", "--home", home.path, "--at", "2026-03-02T08:00:00Z", "--set",
      "listen.port=\(port)",
    ]
    process.arguments? += settings.flatMap { ["--set", $0] }
    process.standardOutput = FileHandle.nullDevice
    process.standardError = log
    log.fileHandleForReading.readabilityHandler = told.take
    try process.run()
    told.wait(seconds: 60)
    guard
      let found = FileManager.default.contents(atPath: home.appending(path: "sandbox.json").path)
    else {
      process.terminate()
      throw ProgramFailure(description: "the sandbox did not start: \(told.text.suffix(500))")
    }
    running.withLock { $0 = Running(process: process, told: told) }
    return try JSONDecoder().decode(Sheet.self, from: found)
  }

  @discardableResult
  func stop() -> (status: Int32, log: String) {
    guard let now = running.withLock({ $0.take() }) else { return (0, "") }
    now.process.terminate()
    now.process.waitUntilExit()
    return (now.process.terminationStatus, now.told.text)
  }
}
