import BureauCLI
import Foundation
import GRPCCore
import Primitives
import Synchronization
import SwiftProtobuf

/// Runs command lines in this process, against answers that the test gives.
final class CommandRig: Sendable {
  struct State {
    var output = ""
    var notes: [String] = []
    var pauses: [Duration] = []
    var ids = 0
    var lines: [String] = []
  }

  private let state = Mutex(State())
  let folder: URL
  let wire = FakeWire()
  let sandbox = FakeSandbox()

  var output: String { state.withLock(\.output) }
  var notes: [String] { state.withLock(\.notes) }
  var pauses: [Duration] { state.withLock(\.pauses) }

  /// What is typed, a line each time a command asks.
  func types(_ lines: String...) { state.withLock { $0.lines = lines } }

  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("bureau-cli-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try write("ca.pem", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  func write(_ name: String, _ text: String) throws {
    try Data(text.utf8).write(to: folder.appendingPathComponent(name))
  }

  static let bureau = "bureaus/0000000000000000000000000000000b"
  static let company = "\(bureau)/companies/0000000000000000000000000000000c"

  /// A context with bureau, company and sandbox, in use; and somebody logged in.
  func contextInUse() throws {
    try Contexts(
      current: "test",
      contexts: [
        "test": Context(
          server: "bureau.example:8443", ca: path("ca.pem"), bureau: Self.bureau,
          company: Self.company, sandbox: "https://sandbox.example:9443")
      ]
    ).save(ConfigurationFolder(path: path("config")))
    try StoredSessions.set(
      StoredSession(token: "session-token", displayName: "Kim", expires: ""), for: "test",
      in: ConfigurationFolder(path: path("config")))
  }

  func surroundings(environment: [String: String] = [:], noteWidth: Int? = nil) -> Surroundings {
    Surroundings(
      environment: environment, configuration: ConfigurationFolder(path: path("config")),
      write: { text in self.state.withLock { $0.output += text } },
      note: { line in self.state.withLock { $0.notes.append(line) } }, noteWidth: noteWidth,
      read: Surroundings.process().read,
      line: {
        self.state.withLock { $0.lines.isEmpty ? nil : $0.lines.removeFirst() }
      }, list: Surroundings.process().list,
      now: { Instant(microseconds: 1_772_438_400_000_000) },
      sleep: { pause in self.state.withLock { $0.pauses.append(pause) } },
      newID: {
        let number = self.state.withLock { state in
          state.ids += 1
          return state.ids
        }
        return "request-\(number)"
      },
      connector: FakeConnector(wire: wire, sandbox: sandbox))
  }

  /// Runs one command line and forgets what the last one printed.
  @discardableResult
  func run(
    _ arguments: String..., environment: [String: String] = [:], noteWidth: Int? = nil
  ) async -> Int32 {
    state.withLock {
      $0.output = ""
      $0.notes = []
      $0.pauses = []
    }
    return await CommandLineProgram.run(
      arguments, in: surroundings(environment: environment, noteWidth: noteWidth))
  }
}

struct FakeConnector: Connector {
  let wire: FakeWire
  let sandbox: FakeSandbox

  func withWire(to endpoint: Endpoint, _ body: (any Wire) async throws -> Void) async throws {
    try await body(wire)
  }

  func withSandbox(
    at address: String, authorityFile: String, _ body: (any SandboxPort) async throws -> Void
  ) async throws {
    try await body(sandbox)
  }

  func probe(_ endpoint: Endpoint) async throws -> TLSFindings {
    TLSFindings(version: "1.3", validUntil: Instant(microseconds: 1_803_974_400_000_000))
  }
}

/// Answers calls by what the test has laid out for them.
final class FakeWire: Wire {
  private typealias Handler = @Sendable (any Message) throws -> any Message
  private let handlers = Mutex<[String: Handler]>([:])
  private let record = Mutex<[(method: String, request: any Message, token: String?)]>([])

  func on<R: RPC>(_ rpc: R.Type, _ answer: @escaping @Sendable (R.Input) throws -> R.Output) {
    handlers.withLock {
      $0[R.descriptor.method] = { request in
        guard let request = request as? R.Input else {
          throw RPCError(code: .internalError, message: "another request type")
        }
        return try answer(request)
      }
    }
  }

  /// Every request so far of one RPC.
  func requests<R: RPC>(of rpc: R.Type) -> [R.Input] {
    record.withLock { $0 }.filter { $0.method == R.descriptor.method }
      .compactMap { $0.request as? R.Input }
  }

  /// The bearer tokens of all calls so far.
  var tokens: [String?] { record.withLock { $0 }.map(\.token) }

  func send<R: RPC>(
    _ rpc: R.Type, _ request: R.Input, metadata: Metadata, timeout: Duration
  ) async throws -> Answer<R.Output> {
    let method = R.descriptor.method
    let token = metadata[stringValues: "authorization"].first { _ in true }
    record.withLock { $0.append((method, request, token)) }
    guard let handler = handlers.withLock({ $0[method] }),
      let answer = try handler(request) as? R.Output
    else { throw RPCError(code: .unimplemented, message: "no answer is laid out for \(method)") }
    return Answer(message: answer)
  }

  private typealias Pieces = @Sendable (any Message) throws -> [any Message]
  private let streams = Mutex<[String: Pieces]>([:])

  func onStream<R: RPC>(
    _ rpc: R.Type, _ answer: @escaping @Sendable (R.Input) throws -> [R.Output]
  ) {
    streams.withLock {
      $0[R.descriptor.method] = { request in
        guard let request = request as? R.Input else {
          throw RPCError(code: .internalError, message: "another request type")
        }
        return try answer(request)
      }
    }
  }

  func receive<R: RPC>(
    _ rpc: R.Type, _ request: R.Input, metadata: Metadata,
    _ take: @escaping @Sendable (R.Output) async throws -> Void
  ) async throws {
    let method = R.descriptor.method
    let token = metadata[stringValues: "authorization"].first { _ in true }
    record.withLock { $0.append((method, request, token)) }
    guard let stream = streams.withLock({ $0[method] }) else {
      throw RPCError(code: .unimplemented, message: "no answer is laid out for \(method)")
    }
    for piece in try stream(request) {
      guard let piece = piece as? R.Output else { continue }
      try await take(piece)
    }
  }

  /// Answers each item of a stream at once, as laid out for its method; what the answer throws
  /// breaks the stream.
  func exchange<R: RPC>(
    _ rpc: R.Type, metadata: Metadata, patience: Duration,
    send:
      @escaping @Sendable (_ write: @Sendable (R.Input) async throws -> Void) async throws ->
      Void,
    receive: @escaping @Sendable (R.Output) -> Void
  ) async throws {
    try await send { request in
      receive(try await self.send(rpc, request, metadata: metadata, timeout: patience).message)
    }
  }
}

/// Answers the sandbox's paths by what the test has laid out for them.
final class FakeSandbox: SandboxPort {
  private let answers = Mutex<[String: String]>([:])
  private let record = Mutex<[String]>([])

  func on(_ path: String, _ answer: String) { answers.withLock { $0[path] = answer } }

  /// `PATH BODY` of every call.
  var calls: [String] { record.withLock { $0 } }

  func call(_ path: String, _ body: Data?) async throws -> Data {
    let text = body.map { " " + String(decoding: $0, as: UTF8.self) } ?? ""
    record.withLock { $0.append(path + text) }
    guard let answer = answers.withLock({ $0[path] }) else {
      throw CLIError(.refused, "SANDBOX_REFUSED", "no answer is laid out for \(path)")
    }
    return Data(answer.utf8)
  }
}
