import BureauAPI
import Checker
import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import SwiftProtobuf
import TestKit

/// A home with a bureau and a company, a daemon that can be killed, and the people who work there.
final class CrashRig: Sendable {
  let folder: URL
  let daemon: Daemon
  let administrator: Hands
  let accountant: Hands
  let approver: Hands
  let log = ClientLog()
  /// More `key=value` settings of the daemon.
  let settings: [String]
  /// How an outsider reads the database; nil: it is the home's SQLite file.
  private let tables: (@Sendable () throws -> any StoredTables)?
  /// Names, known after `found`.
  let company: String
  let bureau: String

  /// Runs `body` with a founded rig whose daemon serves, and takes everything down.
  static func run(
    at time: String, settings: [String] = [],
    tables: (@Sendable () throws -> any StoredTables)? = nil,
    _ body: (CrashRig, Sheet) async throws -> Void
  ) async throws {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "bureau-crash-\(UUID().uuidString)")
    try FileManager.default.createDirectory(
      at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    defer { try? FileManager.default.removeItem(at: folder) }
    let daemon = Daemon(home: folder.appending(path: "home"))
    do {
      let sheet = try await daemon.start(at: time, settings: settings)
      let rig = try await CrashRig(folder, daemon, sheet, settings, tables)
      try await body(rig, sheet)
      try await daemon.stop()
    } catch {
      daemon.kill()
      await daemon.ended()
      throw error
    }
  }

  private init(
    _ folder: URL, _ daemon: Daemon, _ sheet: Sheet, _ settings: [String],
    _ tables: (@Sendable () throws -> any StoredTables)?
  ) async throws {
    self.folder = folder
    self.daemon = daemon
    self.settings = settings
    self.tables = tables
    // Three of the sandbox's people.
    administrator = Hands(nationalID: "198504129803", folder: folder)
    accountant = Hands(nationalID: "191212121212", folder: folder)
    approver = Hands(nationalID: "199001019802", folder: folder)
    try await administrator.meets(sheet, logsIn: false)
    try await administrator.bureau(
      "init", "--name", "Fjord Regnskap AS", "--organisation-number", "974760673",
      "--country", "NO", "--administrator-name", "Astrid Lindqvist",
      "--administrator-email", "astrid@example.com", "--administrator-national-id-file", "-",
      "--bootstrap-token-file", sheet.bootstrap_token_file, "--customer-number", "100200",
      input: administrator.nationalID)
    try await administrator.bureau("login", "--sandbox-person", administrator.nationalID)
    try await administrator.bureau("licence", "accept", "--terms", "2026-01")
    company = try await administrator.made([
      "company", "create", "--name", "Nordlys Verksted AS", "--organisation-number", "923609016",
      "--country", "NO", "--street", "Verftsgata 4", "--postal-code", "8004", "--town", "Bodø",
    ])
    bureau = company.split(separator: "/").prefix(2).joined(separator: "/")
    for (hands, role) in [(accountant, "accountant"), (approver, "approver")] {
      let user = try await administrator.made(
        [
          "user", "create", "--name", role, "--email", "\(role)@example.com",
          "--national-id-file", "-",
        ], input: hands.nationalID)
      try await administrator.bureau(
        "role", "assign", "--user", user, "--role", role, "--company", company)
    }
  }

  /// Starts the daemon again on its home.
  func restart(at time: String) async throws -> Sheet {
    await daemon.ended()
    return try await daemon.start(at: time, settings: settings)
  }

  /// An agreement with a bank that is signed, and the approver's consent.
  func agree(with sheet: Sheet) async throws {
    try await accountant.meets(sheet, bureau: bureau)
    try await approver.meets(sheet, bureau: bureau)
    let agreement = try await accountant.made(
      [
        "agreement", "create", "--company", company, "--bank", "dnb", "--account",
        "NO_BBAN:66660052292", "--currency", "NOK", "--signer-name", "approver",
        "--signer-mobile", "+46701740605", "--signer-email", "approver@example.com",
        "--signer-national-id-file", "-",
      ], input: approver.nationalID)
    try await accountant.bureau("agreement", "send", agreement, "--company", company)
    // Turning the clock a little lets the server do what is due: send the message.
    try await accountant.bureau("sandbox", "clock", "--advance", "1s")
    struct Messages: Decodable {
      struct Message: Decodable { var link_secret: String }
      var messages: [Message]
    }
    let sent = try await accountant.bureau("sandbox", "messages", "-o", "json")
    let secret = try JSONDecoder().decode(Messages.self, from: Data(sent.utf8)).messages.last
    try await approver.bureau(
      "agreement", "sign", agreement, "--sandbox-person", approver.nationalID,
      "--link-secret-file", "-", input: secret?.link_secret ?? "")
    try await approver.bureau(
      "consent", "give", "--company", company, "--bank", "dnb", "--sandbox-person",
      approver.nationalID)
  }

  // MARK: Calls

  /// Runs `body` with connections to the served API, one for each client.
  func connected<Answer: Sendable>(
    _ sheet: Sheet, _ body: @Sendable (Connection) async throws -> Answer
  ) async throws -> Answer {
    let authority = Array(try Data(contentsOf: URL(filePath: sheet.ca)))
    let client = GRPCClient(
      transport: try HTTP2ClientTransport.Posix(
        target: .ipv4(address: "127.0.0.1", port: sheet.port),
        transportSecurity: .tls {
          $0.trustRoots = .certificates([.bytes(authority, format: .pem)])
        }, config: .defaults { $0.http2.authority = "localhost" }))
    let running = Task { try await client.runConnections() }
    let result: Result<Answer, any Error>
    do { result = .success(try await body(Connection(client: client))) } catch {
      result = .failure(error)
    }
    client.beginGracefulShutdown()
    running.cancel()
    _ = await running.result
    return try result.get()
  }

  /// A session of the accountant's.
  func token(_ connection: Connection) async throws -> String {
    let parent = bureau
    let order = try await Refused.calling {
      try await connection.identity.startLogin(.with { $0.parent = parent })
    }
    try await accountant.bureau(
      "sandbox", "approve", accountant.nationalID, "--qr", order.qrText)
    return try await Refused.calling {
      try await connection.identity.collectOrder(.with { $0.name = order.name })
    }.session.token
  }

  // MARK: Load

  /// Lets all clients work at the same time, each on a connection of its own.
  func work(
    _ clients: [LoadClient], _ sheet: Sheet, _ token: String, limit: Int,
    acknowledged: @escaping @Sendable (Int) -> Void = { _ in }
  ) async throws {
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      for client in clients {
        tasks.addTask {
          try await self.connected(sheet) {
            await client.work($0, token: token, limit: limit, acknowledged: acknowledged)
          }
        }
      }
      try await tasks.waitForAll()
    }
  }

  /// Asks for everything that is open until it is answered, as clients do whose server is coming
  /// back; bounded.
  func finish(_ clients: [LoadClient], _ sheet: Sheet, _ token: String) async throws {
    for _ in 0..<200 {
      try await work(clients, sheet, token, limit: 0)
      var isOpen = false
      for client in clients where await client.isOpen { isOpen = true }
      if !isOpen { return }
    }
    throw TestFault("the server has not found its way back")
  }

  // MARK: What is stored

  var databaseFile: String { daemon.home.appending(path: "bureau.db").path }
  var bankFolder: URL { daemon.home.appending(path: "bank") }

  /// What the checker says of the home as it lies there, without touching it.
  func findings(isSettled: Bool = false) async throws -> [String] {
    let copies = folder.appending(path: "copies")
    try FileManager.default.createDirectory(at: copies, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: copies) }
    let hasBank = FileManager.default.fileExists(atPath: bankFolder.path)
    return try await Checker.findings(
      in: try tables?() ?? SQLiteTables.copy(of: databaseFile, into: copies.path),
      acknowledged: log.all, bank: hasBank ? bankFolder : nil, isSettled: isSettled)
  }
}

/// Numbers that a seed decides.
struct Seeded: RandomNumberGenerator {
  private var state: UInt64
  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {  // SplitMix64
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// How often a run kills, and what its moments are drawn from.
enum CrashRun {
  static let seed =
    ProcessInfo.processInfo.environment["SEED"].flatMap { UInt64($0) }
    ?? UInt64.random(in: 1...1_000_000)

  /// `make crash` says how many rounds.
  static let isLong = ProcessInfo.processInfo.environment["ROUNDS"] != nil

  static func rounds(_ usual: Int) -> Int {
    ProcessInfo.processInfo.environment["ROUNDS"].flatMap { Int($0) } ?? usual
  }
}
